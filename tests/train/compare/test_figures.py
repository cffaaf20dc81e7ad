"""The parts of plots."""

from __future__ import annotations

from train.compare.figures import COLOURS, axis, chooser, colour, points_with_bars, rule, spec


def test_a_cell_has_the_same_colour_in_every_plot_and_no_two_have_one() -> None:
    cells = [f"cell {number}" for number in range(len(COLOURS))]
    scale = colour(cells)["scale"]
    assert scale["domain"] == cells
    assert len(set(scale["range"])) == len(cells)
    assert colour(cells[:3])["scale"]["range"] == scale["range"][:3]


def test_nothing_is_fetched() -> None:
    found = spec([{"cell": "a"}], ["a"], rule(0.5, "chance"))
    assert found["data"] == {"values": [{"cell": "a"}]}
    assert "url" not in str(found).replace("$schema", "")


def test_an_axis_is_straight_or_logarithmic() -> None:
    assert axis("x", "X")["scale"]["type"] == "linear"
    assert axis("x", "X", log=True)["scale"]["type"] == "log"
    assert axis("x", "X", domain=(0, 1))["scale"]["domain"] == [0, 1]


def test_a_choice_begins_with_its_first_option() -> None:
    assert chooser("by", ("a", "b"), "by ")["value"] == "a"


def test_more_cells_get_more_room() -> None:
    assert points_with_bars([], ["a", "b"], "")["height"] > points_with_bars([], ["a"], "")["height"]
