"""The memory of an encoder, to which one query attends at a time, or a sequence of them.

``dot``, ``multiplicative`` and ``additive`` attention differ only in the score of a query s and a key h.
``query`` is one step (batch dim) inside a loop, or all steps at once (batch target dim). Keys and values are
those of an encoder and are computed once, and so is what depends only on them and the mask (``prepare``): a
step of a loop neither cleans padding nor looks for it. A stream keeps the memory as its state: queries come
in pieces, and the memory is there from the start.
"""

import math
from typing import NamedTuple

from jaxtyping import Bool, Float
from torch import Tensor

from zoo_attention.core import attend
from zoo_attention.padding import hide
from zoo_attention.permission import Permission, permit


class Attended(NamedTuple):
    """What each query gets; the weights, each row of which sums to one, when something reads them."""

    out: Float[Tensor, "batch *steps value"]
    weights: Float[Tensor, "batch *steps source"] | None


class Memory(NamedTuple):
    """Keys and values, clean and with an axis for heads.

    ``open`` is true at keys to attend to, ``nonempty`` is false for a source of padding alone; each is None
    where it would change nothing.
    """

    keys: Float[Tensor, "batch 1 source _"]
    values: Float[Tensor, "batch 1 source _"]
    open: Bool[Tensor, "batch 1 source"] | None
    nonempty: Bool[Tensor, "batch 1 1"] | None


def remember(keys: Tensor, values: Tensor, mask: Tensor | None) -> Memory:
    """The memory of keys and values of which only those under a true mask are real."""
    hidden, known = hide(keys, values, mask)
    allowed, nonempty, _ = permit(keys, keys, mask)
    return Memory(hidden.unsqueeze(1), known.unsqueeze(1), allowed, nonempty)


def look_up(query: Float[Tensor, "batch *steps dim"], memory: Memory, weights: bool) -> Attended:
    """What queries find by the products with its keys."""
    asked = in_a_row(query).unsqueeze(1)
    permission = Permission(memory.open, memory.nonempty)
    out, probs = attend(asked, memory.keys, memory.values, permission, scale=1.0, weights=weights)
    return with_steps(query, out.squeeze(1), None if probs is None else probs.squeeze(1))


def in_a_row(query: Float[Tensor, "batch *steps dim"], *ones: int) -> Float[Tensor, "batch queries *_ dim"]:
    """The queries of all steps one behind the other, with axes of size 1 behind; one query without steps."""
    return query.reshape(query.shape[0], math.prod(query.shape[1:-1]), *ones, query.shape[-1])


def with_steps(query: Float[Tensor, "batch *steps dim"], out: Tensor, probs: Tensor | None) -> Attended:
    """Results of queries in a row, with the steps that the query has."""
    steps = query.shape[:-1]
    return Attended(
        out.reshape(*steps, out.shape[-1]),
        None if probs is None else probs.reshape(*steps, probs.shape[-1]),
    )
