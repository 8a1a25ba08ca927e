"""MIDI files and tune books in ABC as piano rolls. symusic reads both, ABC by means of abc2midi."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import accumulate, islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import torch
from jaxtyping import Float
from torch import Tensor

from zoo.errors import TrainingError
from zoo.tasks.text import read_text
from zoo_tasks.extras import extra
from zoo_tasks.rolls import KEYS, LOWEST

SUFFIXES = (".abc", ".mid", ".midi")
LONGEST = 100_000
"""The maximal number of steps; a longer piece is corrupt, and its roll would exhaust memory."""

_log = logging.getLogger(__name__)


def read_scores(files: Sequence[Path], steps_a_beat: int) -> list[Float[Tensor, "time keys"]]:
    """The pieces of some files: one for each MIDI file and for each tune of an ABC file.

    A key is on at a step when it sounds in any track except drums; a beat is a crotchet. Raises TrainingError
    that names the file, and the tune, that cannot be read.
    """
    return [
        piece
        for file in files
        for piece in (_tunes if file.suffix.lower() == ".abc" else _midi)(file, steps_a_beat)
    ]


def _midi(path: Path, steps_a_beat: int) -> list[Tensor]:
    symusic = extra("symusic", "MIDI is read by symusic")
    try:
        score = symusic.Score(path)
    except (OSError, RuntimeError, ValueError) as error:
        raise TrainingError(f"cannot read the MIDI file {path}: {error}") from None
    return [_roll(score, steps_a_beat, f"the MIDI file {path}")]


def _tunes(path: Path, steps_a_beat: int) -> list[Tensor]:
    """The tunes of a file, each from its line ``X:`` on; what precedes the first applies to all."""
    symusic = extra("symusic", "ABC is read by symusic")
    head, *tunes = re.split(r"(?m)^(?=X:)", read_text(path)[0])
    if not tunes:
        raise TrainingError(f"a tune in ABC begins with a line X:, and {path} has none")
    lines = accumulate((each.count("\n") for each in (head, *tunes)), initial=1)
    return [
        _tune(symusic, f"{path}:{line}", head, tune, steps_a_beat)
        for line, tune in zip(islice(lines, 1, None), tunes, strict=False)
    ]


def _tune(symusic: Any, place: str, head: str, tune: str, steps_a_beat: int) -> Tensor:
    name = tune.partition("\n")[0].strip()
    with _heard() as said:
        try:
            score = symusic.Score.from_abc(head + tune)
        except RuntimeError:
            score = None
    said.seek(0)
    words = " ".join(said.read().decode(errors="replace").split())
    said.close()
    empty = score is None or not any(track.notes for track in score.tracks)
    if score is None or (empty and "Error" in words):
        raise TrainingError(
            f"{place}: the tune {name} cannot be read as ABC: {words or 'symusic refuses it'}"
        )
    if empty:
        raise TrainingError(f"{place}: a tune has notes, and {name} has none; write some, or remove it")
    if words:
        _log.info("%s: the tune %s: %s", place, name, words)
    return _roll(score, steps_a_beat, f"the tune {name} at {place}")


@contextmanager
def _heard() -> Generator[IO[bytes]]:
    """Capture standard output at the level of file descriptors, where abc2midi writes its messages."""
    sys.stdout.flush()
    said = TemporaryFile()  # noqa: SIM115 - the caller reads and closes it
    kept = os.dup(1)
    os.dup2(said.fileno(), 1)
    try:
        yield said
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _roll(score: Any, steps_a_beat: int, name: str) -> Float[Tensor, "time keys"]:
    if score.ticks_per_quarter < 1 or score.end() * steps_a_beat / score.ticks_per_quarter > LONGEST:
        raise TrainingError(
            f"cannot read {name}: {score.end():,} ticks, {score.ticks_per_quarter:,} a beat, make no piece "
            f"of at most {LONGEST:,} steps"
        )
    step = score.ticks_per_quarter / steps_a_beat
    roll = torch.zeros(max(1, round(score.end() / step)), KEYS)
    for track in score.tracks:
        for note in () if track.is_drum else track.notes:
            key, begin = note.pitch - LOWEST, round(note.time / step)
            if 0 <= key < KEYS:
                roll[begin : max(round((note.time + note.duration) / step), begin + 1), key] = 1
    return roll
