"""How finished texts are compared: by log-probability, divided so that the longer are not the worse.

Wu et al., "Google's neural machine translation system", 2016, section 7:

    score(Y) = log p(Y) / lp(Y) + β·cp
    lp(Y) = ((5 + |Y|) / 6)^α           ``gnmt``;  |Y|^α is ``plain``
    cp = Σ over the source of log(min(Σ over the steps of attention, 1))

|Y| counts the end token, whose probability is in p(Y), too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jaxtyping import Bool, Float
from torch import Tensor

from zoo.errors import InputError


@dataclass(frozen=True, slots=True)
class Ranking:
    """``length`` is the form of lp, ``alpha`` its exponent, 0 for none; ``coverage`` is β."""

    length: Literal["gnmt", "plain"] = "gnmt"
    alpha: float = 0.6
    coverage: float = 0.0

    def __post_init__(self) -> None:
        if self.alpha < 0 or self.coverage < 0:
            raise InputError(
                f"alpha and coverage are 0 or more, and these are {self.alpha} and {self.coverage}"
            )

    def divisor(self, length: int) -> float:
        """What the log-probability of so many tokens, the end among them, is divided by."""
        return float((5 + length) / 6 if self.length == "gnmt" else max(length, 1)) ** self.alpha

    def covered(self, attention: Float[Tensor, " source"], real: Bool[Tensor, " source"] | None) -> float:
        """β·cp of what was attended to over all steps, at the real tokens of the source."""
        sums = attention if real is None else attention[real]
        return self.coverage * float(sums.clamp(min=1e-10, max=1).log().sum())


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A text that a search found: its tokens without start and end, and how likely it is.

    ``score`` is what texts are compared by. One that is not ``finished`` was cut at the limit.
    """

    tokens: tuple[int, ...]
    log_p: float
    score: float
    finished: bool
