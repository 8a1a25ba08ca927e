"""How finished texts are compared: by log-probability, normalised so that longer texts are not at a loss.

Wu et al., "Google's neural machine translation system", 2016, section 7:

    score(Y) = log p(Y) / lp(Y) + β·cp
    lp(Y) = ((5 + |Y|) / 6)^α           ``gnmt``;  |Y|^α is ``plain``
    cp = Σ over the source of log(min(Σ over the steps of attention, 1))

|Y| counts the end token, whose probability is part of p(Y).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from jaxtyping import Bool, Float
from torch import Tensor

from zoo import arguments
from zoo.errors import InputError

Length = Literal["gnmt", "plain"]
LENGTHS: tuple[str, ...] = get_args(Length)


@dataclass(frozen=True, slots=True)
class Ranking:
    """``length`` is the form of lp, ``alpha`` its exponent (0: no normalisation); ``coverage`` is β.

    Raises InputError for settings out of range.
    """

    length: Length = "gnmt"
    alpha: float = 0.6
    coverage: float = 0.0

    def __post_init__(self) -> None:
        if self.length not in LENGTHS:
            raise InputError(f"the length is divided by 'gnmt' or 'plain', and this is {self.length!r}")
        for name, number in (("alpha", self.alpha), ("coverage", self.coverage)):
            if not 0 <= arguments.number(number, name) < math.inf:
                raise InputError(f"{name} is 0 or more and finite, and this is {number}")

    def divisor(self, length: int) -> float:
        """lp: what the log-probability of ``length`` tokens, including the end, is divided by."""
        return float((5 + length) / 6 if self.length == "gnmt" else max(length, 1)) ** self.alpha

    def covered(self, attention: Float[Tensor, " source"], real: Bool[Tensor, " source"] | None) -> float:
        """β·cp of the attention summed over all steps, at the ``real`` tokens of the source (None: all)."""
        sums = attention if real is None else attention[real]
        return self.coverage * float(sums.clamp(min=1e-10, max=1).log().sum())


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A text that a search found: its tokens without start and end, and its log-probability.

    Texts are compared by ``score``. One that is not ``finished`` was cut off at the limit.
    """

    tokens: tuple[int, ...]
    log_p: float
    score: float
    finished: bool
