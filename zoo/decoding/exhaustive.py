"""Exhaustive search: every possible text, for small vocabularies. What a wide enough beam must find."""

from __future__ import annotations

import torch
from jaxtyping import Int
from torch import Tensor

from zoo.decoding.ranking import Hypothesis, Ranking
from zoo.decoding.scorer import Scorer, numbers
from zoo.errors import InputError

MOST = 1_000_000
"""The largest number of texts that are looked at."""


def exhaustive_search(
    scorer: Scorer,
    start: Int[Tensor, " one"],
    *,
    end: int,
    longest: int,
    best: int = 1,
    ranking: Ranking = Ranking(),  # noqa: B008 - it is frozen
) -> list[Hypothesis]:
    """The ``best`` finished texts of a sentence, best first, of at most ``longest`` tokens with their end.

    Raises InputError where there are more than ``MOST`` texts to look at.
    """
    found: list[Hypothesis] = []
    texts: list[tuple[int, ...]] = [()]
    sums = torch.zeros(1)
    last = start
    with torch.no_grad():
        for step in range(1, longest + 1):
            following, scorer = scorer.next(last)
            log_p = following.log_p
            if len(texts) * (log_p.shape[1] - 1) > MOST:
                raise InputError(
                    f"there are more than {MOST:,} texts of {step} tokens; take a smaller vocabulary, a "
                    "smaller limit, or a beam"
                )
            sums = sums.to(log_p).unsqueeze(1) + log_p
            for text, value in zip(texts, numbers(sums[:, end]), strict=True):
                found.append(Hypothesis(text, value, value / ranking.divisor(step), finished=True))
            going = [token for token in range(log_p.shape[1]) if token != end]
            rows = start.new_tensor(range(len(texts))).repeat_interleave(len(going))
            last = start.new_tensor(going).repeat(len(texts))
            texts = [(*text, token) for text in texts for token in going]
            sums = sums[:, going].flatten()
            scorer = scorer.reordered(rows)
    return sorted(found, key=lambda each: -each.score)[:best]
