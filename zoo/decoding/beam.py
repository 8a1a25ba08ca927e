"""Beam search: the best few texts are kept at every step.

Each sentence has up to k *live* hypotheses. At every step all their continuations are compared: those of the
best k that end are *finished* and set aside, and the best k of the others stay live. A sentence is done when
``stop`` hypotheses are finished, when no live one can still become one of the best, or at the limit; it then
leaves the batch. With k = 1 this is greedy search.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from zoo import arguments
from zoo.decoding.ranking import Hypothesis, Ranking
from zoo.decoding.scorer import Next, Scorer, numbers, unusable
from zoo.errors import InputError

_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class _Live:
    """A hypothesis that can grow; ``row`` is that of its parent in the batch of the last step."""

    tokens: tuple[int, ...]
    log_p: float
    row: int
    attention: Float[Tensor, " source"] | None = None


@dataclass(slots=True)
class _Sentence:
    """One sentence: its number, its live hypotheses from row ``first`` of the batch on, the finished ones."""

    number: int
    first: int
    live: list[_Live]
    finished: list[Hypothesis] = field(default_factory=list[Hypothesis])


@dataclass(frozen=True, slots=True)
class Beam:
    """The settings of a search.

    ``end`` is the token that ends a text; ``longest`` is the largest number of tokens, including the end.
    Each sentence yields ``best`` hypotheses, and is done once ``stop`` are finished (by default ``size``).
    Raises InputError where ``best`` is more than ``size`` or ``stop``.
    """

    end: int
    size: int = 4
    longest: int = 100
    best: int = 1
    stop: int | None = None
    ranking: Ranking = Ranking()  # noqa: RUF009 - it is frozen

    def __post_init__(self) -> None:
        numbers = {
            "size": self.size,
            "longest": self.longest,
            "best": self.best,
            "stop": 1 if self.stop is None else self.stop,
        }
        for name, number in numbers.items():
            if arguments.whole(number, name) < 1:
                raise InputError(f"{name} of a beam search is at least 1, and this is {number}")
        for name, number in (("size", self.size), ("stop", self.stop)):
            if number is not None and number < self.best:
                raise InputError(
                    f"a beam search finds no more texts than its {name}, which is {number}, and best is "
                    f"{self.best}; write {name}={self.best} or more"
                )

    def search(
        self,
        scorer: Scorer,
        start: Int[Tensor, " sentences"],
        real: Bool[Tensor, "sentences source"] | None = None,
    ) -> list[list[Hypothesis]]:
        """The best hypotheses of each sentence, best first; ``start`` holds the first token of each.

        A hypothesis that was cut off at the limit is returned only if too few are finished. ``real`` masks
        the source for the coverage penalty. Raises InputError if the model's scores are not numbers.
        """
        if not len(start):
            return []
        results: dict[int, list[Hypothesis]] = {}
        sentences = [_Sentence(number, number, [_Live((), 0.0, number)]) for number in range(len(start))]
        last = start
        with torch.no_grad():
            for step in range(1, self.longest + 1):
                following, scorer = scorer.next(last)
                if self.ranking.coverage and following.attention is None:
                    raise InputError(
                        "coverage is of the attention over the source, which this scorer does not read; name "
                        "the output that gives it, Reading(attention='alignment'), or leave coverage at 0"
                    )
                self._follow(sentences, following, real)
                for each in sentences:
                    if self._is_done(each, step):
                        results[each.number] = self._ranked(each, real)
                sentences = [each for each in sentences if each.number not in results]
                if not (live := [one for each in sentences for one in each.live]):
                    break
                if (rows := [one.row for one in live]) != list(range(len(last))):  # a copy costs time
                    scorer = scorer.reordered(start.new_tensor(rows))
                last = start.new_tensor([one.tokens[-1] for one in live])
                _number_rows(sentences)
        return [results[number] for number in range(len(start))]

    def _follow(self, sentences: list[_Sentence], following: Next, real: Tensor | None) -> None:
        """Take each sentence a step further."""
        log_p = following.log_p if following.log_p.dtype is torch.float64 else following.log_p.float()
        before = log_p.new_tensor([one.log_p for each in sentences for one in each.live])
        sums = _side_by_side(before.unsqueeze(1) + log_p, [len(each.live) for each in sentences])
        best = sums.topk(min(2 * self.size, sums.shape[1]))
        found = zip(sentences, numbers(best.values), numbers(best.indices), strict=True)
        for sentence, values, places in found:
            if math.isnan(values[0]):  # which topk takes for the largest
                raise unusable(values[0])
            going: list[_Live] = []
            for rank, (value, place) in enumerate(zip(values, places, strict=True)):
                if value == _NEVER or len(going) == self.size:
                    break
                which, token = divmod(int(place), log_p.shape[1])
                parent, row = sentence.live[which], sentence.first + which
                attention = parent.attention
                if following.attention is not None:
                    seen = following.attention[row]
                    attention = seen if attention is None else attention + seen
                one = _Live((*parent.tokens, token), value, row, attention)
                if token != self.end:
                    going.append(one)
                elif rank < self.size:
                    sentence.finished.append(self._hypothesis(sentence, one, real, finished=True))
            sentence.live = going

    def _hypothesis(
        self, sentence: _Sentence, one: _Live, real: Tensor | None, *, finished: bool
    ) -> Hypothesis:
        """What ``one`` is worth as a result."""
        score = one.log_p / self.ranking.divisor(len(one.tokens))
        if one.attention is not None:
            mask = None if real is None else real[sentence.number]
            score += self.ranking.covered(one.attention, mask)
        return Hypothesis(one.tokens[:-1] if finished else one.tokens, one.log_p, score, finished)

    def _is_done(self, sentence: _Sentence, step: int) -> bool:
        if not sentence.live or step == self.longest:
            return True
        if len(sentence.finished) >= (self.stop or self.size):
            return True
        if len(sentence.finished) < self.best:
            return False
        # Log-probabilities only fall, and no divisor is larger than that of the longest text.
        hope = sentence.live[0].log_p / self.ranking.divisor(self.longest)
        return sorted(each.score for each in sentence.finished)[-self.best] >= hope

    def _ranked(self, sentence: _Sentence, real: Tensor | None) -> list[Hypothesis]:
        found = sorted(sentence.finished, key=lambda each: -each.score)[: self.best]
        cut = [self._hypothesis(sentence, one, real, finished=False) for one in sentence.live]
        return [*found, *sorted(cut, key=lambda each: -each.score)[: self.best - len(found)]]


def _side_by_side(
    sums: Float[Tensor, "rows vocab"], rows: list[int]
) -> Float[Tensor, "sentences continuations"]:
    """All continuations of each sentence, which has so many ``rows``, so that one topk does for the batch.

    Where a sentence has fewer rows than another, impossible continuations take their place.
    """
    widest = max(rows)
    if min(rows) < widest:
        places = [number * widest + row for number, some in enumerate(rows) for row in range(some)]
        wide = sums.new_full((len(rows) * widest, sums.shape[1]), _NEVER)
        sums = wide.index_copy(0, torch.tensor(places, device=sums.device), sums)
    return sums.reshape(len(rows), -1)


def _number_rows(sentences: list[_Sentence]) -> None:
    """Number the rows of all live hypotheses as they stand in the batch of the next step."""
    row = 0
    for sentence in sentences:
        sentence.first = row
        row += len(sentence.live)
