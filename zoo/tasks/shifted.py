"""Inputs and targets of a decoder in training (teacher forcing)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from zoo.tasks.bucketed import padded
from zoo.tasks.tokenizers import END, PADDING, START

_Rows = Int[Tensor, "rows time"]


def shifted(texts: Sequence[Int[Tensor, " _"]]) -> tuple[_Rows, _Rows, Bool[Tensor, "rows time"]]:
    """The decoder's input (start token, then the text), its target (the text, then the end token), and the
    mask of the target.
    """
    start, end = torch.tensor([START]), torch.tensor([END])
    fed, _ = padded([torch.cat([start, each]) for each in texts], PADDING)
    answers, mask = padded([torch.cat([each, end]) for each in texts], PADDING)
    return fed, answers, mask
