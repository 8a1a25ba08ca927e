"""Piano rolls: which of the 88 keys sound at each step of a piece, from ``.mat`` files or synthetic.

Key 0 is the lowest key of a piano, MIDI note 21.
"""

from __future__ import annotations

import random
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from zoo.errors import TrainingError
from zoo_tasks.extras import extra

KEYS, LOWEST = 88, 21
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_PARTS = {"train": "traindata", "validation": "validdata", "test": "testdata"}


def read_mat(path: Path, part: str) -> list[Float[Tensor, "time keys"]]:
    """The pieces of a split (train, validation, test) of a ``.mat`` of Boulanger-Lewandowski et al. 2012."""
    matlab = extra("scipy.io", ".mat is read by scipy")
    try:
        found = matlab.loadmat(path)
        pieces = found[_PARTS[part]][0]
    except (
        OSError,
        ValueError,
        NotImplementedError,
        KeyError,
        IndexError,
        matlab.matlab.MatReadError,
    ) as error:
        raise TrainingError(
            f"cannot read piano rolls from {path}, which is to hold {', '.join(_PARTS.values())}: {error}"
        ) from None
    if any(each.dtype.kind not in "buif" or each.ndim != 2 or each.shape[1] != KEYS for each in pieces):
        raise TrainingError(f"a piano roll is numbers, steps by {KEYS} keys, and {path} has others")
    rolls = [torch.tensor(piece, dtype=torch.float32) for piece in pieces]
    if any(bool(((roll != 0) & (roll != 1)).any()) for roll in rolls):
        raise TrainingError(f"a key sounds (1) or does not (0), and {path} has other values")
    return rolls


def tunes(count: int, seed: int = 0) -> list[Float[Tensor, "time keys"]]:
    """Generate small tunes: a melody of steps and small leaps over the chords I, IV, V, I of a major key,
    each for four steps.
    """
    draw = random.Random(seed)  # noqa: S311 - examples, no secrets
    return [_tune(draw) for _ in range(count)]


def _tune(draw: random.Random) -> Float[Tensor, "time keys"]:
    tonic = draw.randrange(24, 36)  # the lowest note of the chords
    degree, bars = draw.randrange(7), draw.choice((4, 8))
    roll = torch.zeros(4 * bars, KEYS)
    for bar in range(bars):
        root = (0, 3, 4, 0)[bar % 4]
        for step in range(4 * bar, 4 * bar + 4):
            for third in (root, root + 2, root + 4):
                roll[step, tonic + _MAJOR[third % 7] + 12 * (third // 7)] = 1
            roll[step, tonic + 24 + _MAJOR[degree % 7] + 12 * (degree // 7)] = 1
            degree = min(max(degree + draw.choice((-2, -1, -1, 0, 1, 1, 2)), 0), 13)
    return roll
