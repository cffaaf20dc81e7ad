"""Laws of the catalog: shipped models come first, a name finds one, and a path is taken as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot import catalog
from chatbot.bundle import MANIFEST, Bundle, write_bundle
from chatbot.catalog import bundle_directories, find_bundle, open_bundle
from chatbot.errors import BundleError


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalog, "SHIPPED", tmp_path / "shipped")
    return tmp_path / "shipped"


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalog, "user_models", lambda: tmp_path / "user")
    return tmp_path / "user"


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).mkdir(parents=True)
        (root / name / MANIFEST).write_text("{}")


def test_shipped_models_come_first_each_place_in_order(shipped: Path, user: Path) -> None:
    put(user, "a", "mine")
    put(shipped, "second", "default")
    assert list(bundle_directories()) == [
        ("shipped", shipped / "default"),
        ("shipped", shipped / "second"),
        ("user", user / "a"),
        ("user", user / "mine"),
    ]


def test_of_two_models_with_one_name_the_shipped_one_is_found(shipped: Path, user: Path) -> None:
    put(user, "same", "mine")
    put(shipped, "same")
    assert find_bundle("same") == shipped / "same"
    assert find_bundle("mine") == user / "mine"


def test_without_a_name_it_is_the_shipped_default(shipped: Path, user: Path) -> None:
    put(user, "default")
    assert find_bundle() == find_bundle(None) == shipped / "default"


def test_what_has_no_manifest_is_no_model(shipped: Path, user: Path) -> None:
    put(shipped, "default")
    (shipped / "empty").mkdir()
    (shipped / "file").write_text("")
    (shipped / "odd" / MANIFEST).mkdir(parents=True)
    assert [path.name for _, path in bundle_directories()] == ["default"]


def test_places_that_are_not_there_hold_no_models(shipped: Path, user: Path) -> None:
    assert list(bundle_directories()) == []
    user.write_text("a file where the directory should be")
    assert list(bundle_directories()) == []
    with pytest.raises(BundleError, match=r"'default'.*\(none\)"):
        find_bundle("default")


def test_an_unknown_name_is_answered_with_all_names_once(shipped: Path, user: Path) -> None:
    put(shipped, "default", "same")
    put(user, "mine", "same")
    with pytest.raises(BundleError, match=r"'dfault'.*\(default, mine, same\)"):
        find_bundle("dfault")


@pytest.mark.parametrize("name", ["m" * 5000, "a\0b", "\ud800", "\x1b[31mred"], ids=["long", "NUL", "bytes", "escape"])
def test_a_name_that_no_file_can_have_is_an_unknown_name(shipped: Path, user: Path, name: str) -> None:
    with pytest.raises(BundleError):
        open_bundle(name)


def test_a_path_is_taken_as_it_is(
    shipped: Path, user: Path, tmp_path: Path, bundle_float32: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shipped, "mine")
    write_bundle(tmp_path / "runs" / "mine", bundle_float32)
    monkeypatch.chdir(tmp_path)
    for model in (tmp_path / "runs" / "mine", str(tmp_path / "runs" / "mine"), "runs/mine", "./runs/mine"):
        assert find_bundle(model) == Path(model)
        assert open_bundle(model).files == bundle_float32.files
    monkeypatch.chdir(tmp_path / "runs" / "mine")
    assert open_bundle(".").name == "mine"


@pytest.mark.parametrize("model", ["runs/nothing", "./nothing", Path("nothing")], ids=str)
def test_a_path_without_a_bundle_is_named(
    shipped: Path, user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str | Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BundleError, match="nothing"):
        open_bundle(model)


def test_the_users_models_lie_in_their_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert catalog.user_models().name == "models"
    assert "chatbot" in catalog.user_models().parts


def test_the_shipped_models_lie_in_the_package() -> None:
    assert Path(catalog.__file__).resolve().parent / "bundles" == catalog.SHIPPED


@pytest.mark.skipif(not (catalog.SHIPPED / catalog.DEFAULT).is_dir(), reason="no model ships yet")
def test_the_shipped_default_is_whole() -> None:
    assert open_bundle().name == catalog.DEFAULT
