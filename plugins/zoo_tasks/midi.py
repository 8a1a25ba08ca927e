"""Piano rolls as MIDI files, which symusic writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jaxtyping import Float
from torch import Tensor

from zoo.decoding.scorer import numbers
from zoo.errors import TrainingError
from zoo.files import write_bytes
from zoo_tasks.extras import extra
from zoo_tasks.rolls import LOWEST

TICKS = 480
"""To a beat, which is a crotchet."""
VELOCITY = 80


def write_midi(
    roll: Float[Tensor, "time keys"], path: Path, *, steps_a_beat: int = 2, beats_a_minute: float = 120.0
) -> None:
    """Write a piano roll as a MIDI file; a key that sounds in successive steps is one long note.

    Raises TrainingError for another suffix than .mid, FileError where the file cannot be written.
    """
    symusic: Any = extra("symusic", "MIDI is written by symusic")
    if path.suffix.lower() not in {".mid", ".midi"}:
        raise TrainingError(f"music is written as .mid, and '{path.name}' is none; give it that suffix")
    score = symusic.Score(TICKS)
    track = symusic.Track(name="piano")
    score.tempos.append(symusic.Tempo(0, beats_a_minute))
    ticks = TICKS / steps_a_beat
    for key, begin, end in _notes(roll):
        at = round(begin * ticks)
        track.notes.append(symusic.Note(at, round(end * ticks) - at, key + LOWEST, VELOCITY))
    score.tracks.append(track)
    write_bytes(path, score.dumps_midi())


def _notes(roll: Tensor) -> list[tuple[int, int, int]]:
    """Each note as its key, and the steps at which it begins and ends."""
    on = (roll.T > 0).int()
    rest = on.new_zeros(len(on), 1)
    change = on.diff(prepend=rest, append=rest)
    # Both in order of key and time, so that each note's end stands beside its begin.
    begins, ends = numbers((change == 1).nonzero()), numbers((change == -1).nonzero())
    return [(key, begin, end) for (key, begin), (_, end) in zip(begins, ends, strict=True)]
