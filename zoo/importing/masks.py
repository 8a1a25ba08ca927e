"""Rules for masks: comparing tokens with padding, and inverting masks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from zoo.importing.at import At, number
from zoo.importing.seen import Seen, Unknown


def eq(at: At, input: Any, other: Any) -> Seen:
    """The tokens that are padding."""
    return _compared(at, input, other, negated=True)


def ne(at: At, input: Any, other: Any) -> Seen:
    """The tokens that are not padding."""
    return _compared(at, input, other, negated=False)


def _compared(at: At, input: Any, other: Any, *, negated: bool) -> Seen:
    tokens, padding = at.seen(input), number(other)
    if tokens.tensor.is_floating_point() or tokens.tensor.dtype is torch.bool or padding is None:
        raise Unknown("tokens are compared with a number, and nothing else")
    settings = {} if padding == 0 else {"padding": int(padding)}
    ref = at.place("basic/token_mask", {"": tokens.ref}, settings)
    return Seen(ref, at.result, order=tokens.order, negated=negated)


def invert(at: At, input: Tensor) -> Seen:
    """The inverted mask."""
    seen = at.seen(input)
    if seen.tensor.dtype is not torch.bool:
        raise Unknown("the bits of integers are turned")
    return Seen(seen.ref, at.result, seen.folds, seen.order, not seen.negated, seen.spread)


RULES: Mapping[str, Callable[..., Any]] = {"eq": eq, "ne": ne, "invert": invert}
