"""Any corpus that we read as a data set of TensorFlow Datasets, prepared here or on a Beam runner."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import tensorflow_datasets as tfds

from train.corpora.corpus import Reading, dialogues
from train.corpora.dialogue import Dialogue
from train.corpora.places import Place

_VALIDATION = 0.05


class Dialogues(tfds.core.GeneratorBasedBuilder):
    """Dialogues as {"turns": sequence of {"speaker", "text"}}, in the splits train and validation.

    Which split a dialogue is in hangs on its content: an identical one never stands in the other.  TensorFlow Datasets
    refuses a key that comes again, so each content is kept once.

    Args:
        places: The corpora; their weights play no part.
        reading: How they are read.
        beam: Whether to read the places on Beam workers (one each) instead of here; a runner is given to
            ``download_and_prepare`` by ``tfds.download.DownloadConfig(beam_runner=…, beam_options=…)``.
        validation_share: Of the dialogues.
        **kwargs: As for every builder, ``data_dir`` above all.
    """

    VERSION = tfds.core.Version("1.0.0")

    def __init__(
        self,
        *,
        places: Sequence[Place] = (),
        reading: Reading | None = None,
        beam: bool = False,
        validation_share: float = _VALIDATION,
        **kwargs: Any,
    ) -> None:
        self._places = tuple(places)
        self._reading = reading or Reading()
        self._beam = beam
        self._share = validation_share
        super().__init__(**kwargs)

    def _info(self) -> tfds.core.DatasetInfo:
        turn = {"speaker": tfds.features.Text(), "text": tfds.features.Text()}
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict({"turns": tfds.features.Sequence(turn)}),
            description="Dialogues, turn by turn, with roles for names.",
        )

    def _split_generators(self, dl_manager: Any) -> dict[str, Any]:
        return {"train": self._generate_examples(False), "validation": self._generate_examples(True)}

    def _generate_examples(self, held_out: bool) -> Any:
        # No method of this builder: on its way to a worker it would forget how it was made.
        read = functools.partial(_examples, reading=self._reading, share=self._share, held_out=held_out)
        if not self._beam:
            return _once(example for place in self._places for example in read(place))
        beam = tfds.core.lazy_imports.apache_beam
        return (
            beam.Create(self._places)
            | beam.FlatMap(read)
            | beam.GroupByKey()
            | beam.Map(lambda pair: (pair[0], next(iter(pair[1]))))
        )


def _examples(place: Place, reading: Reading, share: float, held_out: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    for dialogue in dialogues(place, reading, lambda skip: None):
        if (dialogue.share("validation") < share) == held_out:
            yield f"{dialogue.key():016x}", _example(dialogue)


def _example(dialogue: Dialogue) -> dict[str, Any]:
    return {"turns": [{"speaker": turn.role, "text": turn.text} for turn in dialogue.turns]}


def _once(examples: Iterator[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    seen: set[str] = set()
    for key, example in examples:
        if key not in seen:
            seen.add(key)
            yield key, example
