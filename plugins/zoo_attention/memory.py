"""The memory of an encoder, attended to by one query at a time or by a sequence of queries.

``dot``, ``multiplicative`` and ``additive`` attention differ only in the score of a query s and a key h.
``query`` is one step (batch dim) inside a loop, or all steps at once (batch target dim). Keys and values come
from an encoder; whatever depends only on them and the mask is computed once (``prepare``), so that a step of
a loop does not handle padding again. A stream has the memory as its state: it is fixed from the start, while
the queries come in pieces.
"""

import math
from typing import NamedTuple

from jaxtyping import Bool, Float
from torch import Tensor

from zoo_attention.core import attend
from zoo_attention.padding import hide
from zoo_attention.permission import Permission, permit


class Attended(NamedTuple):
    """The output of each query, and the attention weights, which sum to one, on demand."""

    out: Float[Tensor, "batch *steps value"]
    weights: Float[Tensor, "batch *steps source"] | None


class Memory(NamedTuple):
    """Sanitised keys and values, with an axis for heads.

    ``open`` is true at real keys; ``nonempty`` is false for a source that is all padding. Each is None if it
    would have no effect.
    """

    keys: Float[Tensor, "batch 1 source _"]
    values: Float[Tensor, "batch 1 source _"]
    open: Bool[Tensor, "batch 1 source"] | None
    nonempty: Bool[Tensor, "batch 1 1"] | None


def remember(keys: Tensor, values: Tensor, mask: Tensor | None) -> Memory:
    """The memory of keys and values; ``mask`` is true at the real ones."""
    hidden, known = hide(keys, values, mask)
    allowed, nonempty, _ = permit(keys, keys, mask)
    return Memory(hidden.unsqueeze(1), known.unsqueeze(1), allowed, nonempty)


def look_up(query: Float[Tensor, "batch *steps dim"], memory: Memory, weights: bool) -> Attended:
    """Attend to the memory, with dot products as scores."""
    asked = in_a_row(query).unsqueeze(1)
    permission = Permission(memory.open, memory.nonempty)
    out, probs = attend(asked, memory.keys, memory.values, permission, scale=1.0, weights=weights)
    return with_steps(query, out.squeeze(1), None if probs is None else probs.squeeze(1))


def in_a_row(query: Float[Tensor, "batch *steps dim"], *ones: int) -> Float[Tensor, "batch queries *_ dim"]:
    """The queries of all steps along one axis, followed by ``ones``; without step axes, a single query."""
    return query.reshape(query.shape[0], math.prod(query.shape[1:-1]), *ones, query.shape[-1])


def with_steps(query: Float[Tensor, "batch *steps dim"], out: Tensor, probs: Tensor | None) -> Attended:
    """Restore the step axes of ``query`` in results that have the queries along one axis."""
    steps = query.shape[:-1]
    return Attended(
        out.reshape(*steps, out.shape[-1]),
        None if probs is None else probs.reshape(*steps, probs.shape[-1]),
    )
