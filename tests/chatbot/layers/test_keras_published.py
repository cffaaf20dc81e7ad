"""Keras's own published tests of these layers, read from the installed package, with our layers in the place of theirs.

Each test module is executed again, beside the one that is imported; there, and nowhere else, ``layers`` is a stand-in
that gives our layers and cells and takes everything else from Keras.  The custom cell of one state in Keras's tests of
the RNN layer has the equation of our SimpleRNNCell, which takes its place too.  Each test must ask for one of ours.
"""

from __future__ import annotations

import importlib.util
import inspect
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import pytest
from keras.src.utils import traceback_utils

import chatbot.layers

OURS = ("SimpleRNN", "LSTM", "GRU", "SimpleRNNCell", "LSTMCell", "GRUCell")

NOTHING_OF_OURS = "TimeDistributed around Dense and a convolution: nothing of ours takes part; ours is in parity/"
TWO_STATES = "a cell of the test's own, whose two recurrent products add up: no cell of ours has these equations"
ONE_STATE = "stacks of a cell of the test's own; stacks of our cells are in test_basics, and in parity/"
SEEDS = "counts no seed generators in a cell that cannot drop anything; Keras's SimpleRNNCell, too, always has one"
FUSING = "asks Bidirectional's private choice of a cuDNN kernel, which wants Keras's own class; ours has no such kernel"
TORCH = "looks inside PyTorch's cuDNN; our layers run on TensorFlow and JAX"

EXCLUDED = {
    "gru_test.test_torch_cudnn_dispatch_fires": TORCH,
    "bidirectional_test.test_torch_cudnn_bidirectional_gru_dispatch_fires": TORCH,
    "bidirectional_test.test_fused_lstm_eligibility": FUSING,
    "bidirectional_test.test_fused_gru_eligibility": FUSING,
    "rnn_test.test_compute_output_shape_two_states": TWO_STATES,
    "rnn_test.test_forward_pass_two_states": TWO_STATES,
    "rnn_test.test_passing_initial_state_two_states": TWO_STATES,
    "rnn_test.test_statefulness_two_states": TWO_STATES,
    "rnn_test.test_stateful_batch_size_mismatch_raises": TWO_STATES,
    "rnn_test.test_basics": SEEDS,
    "stacked_rnn_cells_test.test_correctness_single_state_stack": ONE_STATE,
    "stacked_rnn_cells_test.test_statefullness_single_state_stack": ONE_STATE,
    "stacked_rnn_cells_test.test_correctness_two_states_stack": TWO_STATES,
    "stacked_rnn_cells_test.test_statefullness_two_states_stack": TWO_STATES,
    "time_distributed_test.test_basics": NOTHING_OF_OURS,
    "time_distributed_test.test_build": NOTHING_OF_OURS,
    "time_distributed_test.test_correctness": NOTHING_OF_OURS,
    "time_distributed_test.test_masking": NOTHING_OF_OURS,
    "time_distributed_test.test_with_mask_zero": NOTHING_OF_OURS,
    "time_distributed_test.test_mask_validation_with_mismatched_timesteps": NOTHING_OF_OURS,
    "time_distributed_test.test_mask_validation_with_mismatched_batch_size": NOTHING_OF_OURS,
    "time_distributed_test.test_mask_validation_with_correct_shape": NOTHING_OF_OURS,
    "time_distributed_test.test_mask_validation_with_3d_mask": NOTHING_OF_OURS,
    "time_distributed_test.test_mask_validation_with_none_mask": NOTHING_OF_OURS,
    "time_distributed_test.test_mask_validation_with_both_batch_and_timesteps_mismatched": NOTHING_OF_OURS,
}
"""The published tests that are not run, each with its reason."""

EXPECTED = {
    "simple_rnn_test": {
        "test_basics", "test_correctness", "test_statefulness", "test_pass_initial_state", "test_masking",
    },
    "lstm_test": {
        "test_basics", "test_correctness0", "test_correctness1", "test_statefulness", "test_pass_initial_state",
        "test_masking",
    },
    "gru_test": {
        "test_basics", "test_correctness0", "test_correctness1", "test_statefulness", "test_pass_initial_state",
        "test_pass_return_state", "test_masking", "test_legacy_implementation_argument",
        "test_stateful_with_symbolic_batch_size",
    },
    "rnn_test": {
        "test_compute_output_shape_single_state", "test_dynamic_shapes",
        "test_forward_pass_single_state", "test_passing_initial_state_single_state", "test_statefulness_single_state",
        "test_go_backwards", "test_serialization", "test_masking",
    },
    "dropout_rnn_cell_test": {"test_basics", "test_seed_tracking"},
    "stacked_rnn_cells_test": {
        "test_basics", "test_return_state_stacked_lstm_cell", "test_stacked_lstm_cell_mask",
    },
    "bidirectional_test": {
        "test_basics", "test_correctness", "test_statefulness", "test_pass_initial_state", "test_masking",
        "test_return_state", "test_output_shape", "test_keeps_use_cudnn", "test_fused_lstm_matches_unfused",
        "test_fused_gru_matches_unfused",
    },
    "time_distributed_test": set(),
}  # fmt: skip
"""Which tests of which file are run: a Keras that renames or drops one is noticed."""


class Layers:
    """``keras.layers`` with ours in it; ``used`` says which of ours a test has asked for."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.RNN = self.recurrent
        self.cells = {
            "rnn_test": ("OneStateRNNCell", self.one_state_cell),
            "dropout_rnn_cell_test": ("RNNCellWithDropout", self.cell_with_dropout),
        }

    def __getattr__(self, name: str) -> Any:
        if name in OURS:
            self.used.add(name)
            return getattr(chatbot.layers, name)
        return getattr(keras.layers, name)

    def one_state_cell(self, units: int, state_size: int | None = None) -> Any:
        """``OneStateRNNCell`` of rnn_test: x W + h U, all weights one."""
        assert state_size in (None, units)
        return self.SimpleRNNCell(
            units, activation=None, use_bias=False, kernel_initializer="ones", recurrent_initializer="ones"
        )

    def cell_with_dropout(self, units: int, seed: int | None = None, **keywords: Any) -> Any:
        """``RNNCellWithDropout`` of dropout_rnn_cell_test."""
        keywords = {"dropout": 0.5, "recurrent_dropout": 0.5, "use_bias": False, "activation": None, **keywords}
        ones = {"kernel_initializer": "ones", "recurrent_initializer": "ones"}
        return self.SimpleRNNCell(units, seed=seed, **ones, **keywords)

    def recurrent(self, cell: Any, **keywords: Any) -> Any:
        """``layers.RNN``: our loop for a cell of ours, Keras's for any other."""
        kind = chatbot.layers.Recurrent if isinstance(cell, chatbot.layers.Cell) else keras.layers.RNN
        return kind(cell, **keywords)


STAND_IN = Layers()


def original(file: str) -> Any:
    """The test module as everybody else imports it."""
    with warnings.catch_warnings():  # of a mark that Keras registers in its own configuration of pytest
        warnings.simplefilter("ignore", pytest.PytestUnknownMarkWarning)
        return importlib.import_module(f"keras.src.layers.rnn.{file}")


def published(file: str) -> type:
    """The one TestCase of a published file, without what is excluded, its ``layers`` being the stand-in."""
    spec = original(file).__spec__
    module: Any = importlib.util.module_from_spec(spec)  # of the same name, by which Keras finds its custom cells
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pytest.PytestUnknownMarkWarning)
        spec.loader.exec_module(module)
    module.layers = STAND_IN
    if file in STAND_IN.cells:
        name, cell = STAND_IN.cells[file]
        assert hasattr(module, name)
        setattr(module, name, cell)
    own = [member for member in vars(module).values() if getattr(member, "__module__", None) == spec.name]
    (case,) = (member for member in own if inspect.isclass(member) and issubclass(member, keras.src.testing.TestCase))
    hidden = {name.split(".")[1]: None for name in EXCLUDED if name.startswith(f"{file}.")}
    assert all(callable(getattr(case, name, None)) for name in hidden), f"{file}: nothing of that name to exclude"
    return type(case.__name__, (case,), {**hidden, "__module__": __name__})


def names(case: type) -> set[str]:
    return {name for name in dir(case) if name.startswith("test") and callable(getattr(case, name))}


CASES = {file: published(file) for file in EXPECTED}
PublishedSimpleRNN = CASES["simple_rnn_test"]
PublishedLSTM = CASES["lstm_test"]
PublishedGRU = CASES["gru_test"]
PublishedRNN = CASES["rnn_test"]
PublishedDropout = CASES["dropout_rnn_cell_test"]
PublishedStacked = CASES["stacked_rnn_cells_test"]
PublishedBidirectional = CASES["bidirectional_test"]


@pytest.fixture(autouse=True)
def _a_layer_of_ours_takes_part(request: pytest.FixtureRequest) -> Iterator[None]:
    """No published test passes without one; and what Keras's TestCase switches off is switched on again."""
    filtering = traceback_utils.is_traceback_filtering_enabled()
    STAND_IN.used.clear()
    yield
    if filtering:
        traceback_utils.enable_traceback_filtering()
    assert request.cls not in CASES.values() or STAND_IN.used


@pytest.mark.parametrize("file", EXPECTED)
def test_what_is_run_is_what_is_published_but_for_what_is_excluded(file: str) -> None:
    assert names(CASES[file]) == EXPECTED[file]
    whole = names(CASES[file].__mro__[1])
    excluded = {name.split(".")[1] for name in EXCLUDED if name.startswith(f"{file}.")}
    assert whole == EXPECTED[file] | excluded
    assert whole


def test_every_case_that_has_tests_is_exported_for_pytest() -> None:
    exported = {value for name, value in globals().items() if name.startswith("Published")}
    assert exported == {case for file, case in CASES.items() if EXPECTED[file]}


def test_no_layer_of_ours_stands_in_what_is_excluded_for_that() -> None:
    text = inspect.getsource(original("time_distributed_test"))
    assert not any(f"layers.{name}" in text for name in OURS)


def test_nobody_else_sees_the_stand_in() -> None:
    for file in EXPECTED:
        assert original(file).layers is keras.src.layers
        assert not any(getattr(original(file), name, None) == cell for name, cell in STAND_IN.cells.values())
    assert keras.layers.LSTM is not chatbot.layers.LSTM
