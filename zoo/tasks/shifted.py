"""A text as a model that writes sees it: fed from a start on, answered up to an end."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from zoo.tasks.bucketed import padded
from zoo.tasks.tokenizers import END, PADDING, START

_Rows = Int[Tensor, "rows time"]


def shifted(texts: Sequence[Int[Tensor, " _"]]) -> tuple[_Rows, _Rows, Bool[Tensor, "rows time"]]:
    """Rows of tokens as they are fed (a start, then the text), what is to come after each (the text, then an
    end), and the mask of that.
    """
    start, end = torch.tensor([START]), torch.tensor([END])
    fed, _ = padded([torch.cat([start, each]) for each in texts], PADDING)
    answers, mask = padded([torch.cat([each, end]) for each in texts], PADDING)
    return fed, answers, mask
