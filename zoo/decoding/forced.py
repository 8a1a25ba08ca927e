"""Forced decoding: how likely a model finds texts that are given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from jaxtyping import Bool, Float, Int
from torch import Tensor

from zoo.decoding.scorer import numbers
from zoo.errors import TrainingError

_LARGEST = 709.0
"""e to this is about the largest float."""


def forced(
    logits: Float[Tensor, "rows time vocab"],
    target: Int[Tensor, "rows time"],
    mask: Bool[Tensor, "rows time"] | None = None,
) -> Float[Tensor, "rows time"]:
    """The log-probability of each token of ``target``; 0 where ``mask`` is false.

    ``logits`` are what the model returns when it is fed the target shifted right by one.
    """
    log_p = logits.log_softmax(-1).gather(-1, target.unsqueeze(-1)).squeeze(-1)
    return log_p if mask is None else log_p.masked_fill(~mask, 0)


class Forced(NamedTuple):
    """What a model says of a given text: its log-probability, how many of its tokens it finds the likeliest,
    and how many there are, including the end.
    """

    log_p: float
    right: int
    tokens: int


def each_forced(
    logits: Float[Tensor, "rows time vocab"],
    target: Int[Tensor, "rows time"],
    mask: Bool[Tensor, "rows time"],
) -> list[Forced]:
    """Each row of ``target`` as a whole; see ``forced``."""
    right = (logits.argmax(-1) == target) & mask
    sums = (forced(logits, target, mask).double().sum(1), right.sum(1), mask.sum(1))
    return [Forced(*row) for row in zip(*map(numbers, sums), strict=True)]


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a model predicts given texts, token by token from the right ones before, including the ends.

    ``nll`` is the mean negative log-probability of a token, in nats; ``accuracy`` the share of the ``tokens``
    that the model finds the likeliest.
    """

    nll: float
    accuracy: float
    tokens: int

    @classmethod
    def of(cls, texts: Sequence[Forced]) -> Self:
        """The mean over all tokens of some texts. Raises TrainingError if there are none."""
        tokens = sum(each.tokens for each in texts)
        if not tokens:
            raise TrainingError("how well a model predicts is measured on texts, and there are none")
        log_p, right = sum(each.log_p for each in texts), sum(each.right for each in texts)
        return cls(-log_p / tokens, right / tokens, tokens)

    @property
    def perplexity(self) -> float:
        """``exp(nll)``; infinite where that is no float."""
        return math.exp(self.nll) if self.nll < _LARGEST else math.inf
