"""The keys and values of the past, kept so that a stream computes each of them once."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from zoo.errors import InputError


class Past(NamedTuple):
    """Keys and values of each head so far, and which of them are real; None while all are.

    Of a memory that stays the same they are all there from the start.
    """

    key: Float[Tensor, "batch kv_heads past part"]
    value: Float[Tensor, "batch kv_heads past value"]
    real: Bool[Tensor, "batch past"] | None


def nothing(batch: int, heads: int, part: int, device: torch.device, dtype: torch.dtype) -> Past:
    """No past."""
    none = torch.empty(batch, heads, 0, part, device=device, dtype=dtype)
    return Past(none, none, None)


def appended(past: Past, key: Tensor, value: Tensor, real: Tensor | None) -> Past:
    """The past and what comes behind it."""
    known = past.real
    if known is None and real is not None:
        known = real.new_ones(past.key.shape[0], past.key.shape[2])
    if known is not None:
        more = known.new_ones(key.shape[0], key.shape[2]) if real is None else real
        known = torch.cat([known, more], 1)
    return Past(torch.cat([past.key, key], 2), torch.cat([past.value, value], 2), known)


def check_stream(name: str, causal: bool, memory: bool) -> None:
    """Refuse with an InputError what cannot be had in pieces."""
    if not causal and not memory:
        raise InputError(
            f"{name} streams if it is causal, or over keys that are there from the start, and it is neither; "
            "set causal: true, or run it on the whole sequence"
        )
    if causal and memory:
        raise InputError(
            f"causal {name} over keys that are there from the start aligns the last query with the last key, "
            "and which is the last a stream does not know; leave causal out, or run it on the whole sequence"
        )
