"""Polyphonic music: predicting the notes of the next step."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from zoo.errors import TrainingError
from zoo.tasks import (
    Baseline,
    Batch,
    Composing,
    Data,
    File,
    Mean,
    Outputs,
    Plan,
    Task,
    bucketed,
    masked,
    padded,
    split_off,
)
from zoo_tasks.midi import write_midi
from zoo_tasks.rolls import KEYS, LOWEST, read_mat, tunes
from zoo_tasks.scores import SUFFIXES, read_scores

C_MAJOR = (48, 55, 64, 72)
"""The chord that a piece begins with when nothing else is given, in MIDI's numbers."""


class Music(Task, Composing):
    """Predict the keys of the next step of a piece of music.

    The loss is −Σ ln p of all 88 keys, in nats per step (Boulanger-Lewandowski, Bengio & Vincent 2012). The
    pieces are those of a ``.mat`` file of that paper (JSB Chorales, Nottingham, …), of a tune book in ABC, or
    of a folder of ABC and MIDI files; without any, small synthetic tunes.
    """

    kind: ClassVar[str] = "many-to-many, causal, polyphonic"
    feeds: ClassVar[Mapping[str, str]] = {
        "notes": "float batch time keys",
        "mask": "optional bool batch time",
    }
    reads: ClassVar[Mapping[str, str]] = {"logits": "float batch time keys"}
    graph: ClassVar[str] = "polyphonic_music"
    future: ClassVar[Mapping[str, str]] = {"notes": "logits"}

    file: Annotated[File | None, Field(description="a .mat, an .abc, or a folder of .abc and .mid")] = None
    measured: Annotated[
        str, Field(description="the part of a .mat for validation", pattern="^(validation|test)$")
    ] = "validation"
    steps_a_beat: Annotated[int, Field(gt=0, description="of MIDI and ABC; 2 are quavers")] = 2
    transpose: Annotated[int, Field(ge=0, le=12, description="semitones up and down, at random")] = 0

    def data(self, plan: Plan) -> Data:
        train, validation, source = self._pieces()
        digest = _digest([*train, *validation])
        plan.recognise(digest, source)
        pieces = len(train) + len(validation)
        train, validation = ([piece for piece in part if len(piece) > 1] for part in (train, validation))
        left_out = pieces - len(train) - len(validation)
        note = f"; {left_out:,} shorter than two steps are left out" if left_out else ""
        if not validation:
            raise TrainingError(f"a piece has two steps at least, and {source} has none to measure on")

        def make(pieces: Sequence[Tensor]) -> Batch:
            notes, mask = padded([piece[:-1] for piece in pieces])
            target, _ = padded([piece[1:] for piece in pieces])
            return Batch({"notes": notes, "mask": mask}, target, mask)

        learned = [each for piece in train for each in _shifted(piece, self.transpose)]
        batches = bucketed(learned, validation, len, make, plan)
        return Data(
            batch=batches.batch,
            validation=batches.validation,
            epoch=batches.epoch,
            params={"keys": KEYS},
            about=(
                f"{KEYS} keys",
                f"learns from {source}: {len(learned):,} pieces; {len(validation):,} more are measured on"
                + note,
            ),
            unit="nats a step",
            baseline=Baseline(name="how often each key sounds", loss=_by_frequency(learned, validation)),
            source=source,
            digest=digest,
        )

    def _pieces(self) -> tuple[list[Tensor], list[Tensor], str]:
        if self.file is None:
            return *split_off(tunes(300)), "tunes made by rule"
        path = Path(self.file)
        if path.suffix.lower() == ".mat":
            return read_mat(path, "train"), read_mat(path, self.measured), self.file
        found = path.rglob("*") if path.is_dir() else [path]
        files = sorted(file for file in found if file.suffix.lower() in SUFFIXES)
        if not files:
            raise TrainingError(
                f"music comes as .mat, .abc, .mid, or a folder of such, and {path} is none of them"
            )
        return *split_off(read_scores(files, self.steps_a_beat), self.file), self.file

    def begin(self) -> Tensor:
        roll = torch.zeros(1, KEYS)
        roll[0, [note - LOWEST for note in C_MAJOR]] = 1
        return roll

    def draw(self, scores: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
        if temperature == 0:
            return (scores > 0).float()
        return torch.bernoulli((scores / temperature).sigmoid(), generator=generator)

    def read_steps(self, path: Path) -> Tensor:
        if path.suffix.lower() not in SUFFIXES:
            raise TrainingError(f"music to continue comes as .abc or .mid, and {path} is neither")
        return read_scores([path], self.steps_a_beat)[0]

    def write_steps(self, steps: Tensor, path: Path) -> None:
        write_midi(steps, path, steps_a_beat=self.steps_a_beat)

    def loss(self, outputs: Outputs, batch: Batch) -> Mean:
        each = F.binary_cross_entropy_with_logits(outputs["logits"].float(), batch.target, reduction="none")
        return masked(each.sum(-1), batch.mask)

    def measure(self, outputs: Outputs, batch: Batch) -> Mapping[str, Mean]:
        said, sounds = outputs["logits"] > 0, batch.target > 0
        # Frame-level accuracy (Bay, Ehmann & Downie 2009): hits among all targets and predictions.
        right = masked((said & sounds).sum(-1).float(), batch.mask)
        either = masked((said | sounds).sum(-1).float(), batch.mask)
        return {"loss": self.loss(outputs, batch), "accuracy": Mean(right.total, either.total)}


def _shifted(piece: Tensor, most: int) -> list[Tensor]:
    """A piece and its transpositions within the range of the piano."""
    keys = piece.any(0).nonzero().flatten()
    low, high = (int(keys[0]), int(keys[-1])) if len(keys) else (0, KEYS - 1)
    return [piece.roll(by, 1) for by in range(max(-most, -low), min(most, KEYS - 1 - high) + 1)]


def _by_frequency(train: Sequence[Tensor], validation: Sequence[Tensor]) -> float:
    """The loss of predicting the frequency of each key in training (with add-one smoothing)."""
    heard, asked = torch.cat(list(train)), torch.cat([piece[1:] for piece in validation])
    chance = ((heard.sum(0) + 1) / (len(heard) + 2)).expand_as(asked)
    return float(F.binary_cross_entropy(chance, asked, reduction="none").sum(-1).mean())


def _digest(pieces: Sequence[Tensor]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece.to(torch.uint8).numpy().tobytes() + b"|")
    return digest.hexdigest()
