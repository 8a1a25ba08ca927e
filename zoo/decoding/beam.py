"""Beam search: the best few texts are kept at every step.

Of every sentence up to k hypotheses are *live*. At each step all their continuations are compared; of the
best k those that end are *finished* and put aside, and the best k that go on are live. A sentence is done
when ``stop`` hypotheses are finished, when none that is live can still become one of the best, or at the
limit. Sentences that are done leave the batch. With k = 1 it is greedy search.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from zoo import arguments
from zoo.decoding.ranking import Hypothesis, Ranking
from zoo.decoding.scorer import Next, Scorer, numbers
from zoo.errors import InputError

_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class _Live:
    """A hypothesis that goes on; ``row`` is its row in the batch of the last step."""

    tokens: tuple[int, ...]
    log_p: float
    row: int
    attention: Float[Tensor, " source"] | None = None


@dataclass(slots=True)
class _Sentence:
    """One sentence: its number, the hypotheses that go on, those that are finished."""

    number: int
    live: list[_Live]
    finished: list[Hypothesis] = field(default_factory=list[Hypothesis])


@dataclass(frozen=True, slots=True)
class Beam:
    """The settings of a search.

    ``end`` is the token that ends a text, of at most ``longest`` tokens with it. ``best`` hypotheses of each
    sentence are given. ``stop`` is how many finished ones are enough, by default ``size``.
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

    def search(
        self,
        scorer: Scorer,
        start: Int[Tensor, " sentences"],
        real: Bool[Tensor, "sentences source"] | None = None,
    ) -> list[list[Hypothesis]]:
        """The best hypotheses of each sentence, the best first; ``start`` are the first tokens.

        One that the limit cut is given only where too few are finished. ``real`` masks the source for the
        penalty of coverage.
        """
        results: dict[int, list[Hypothesis]] = {}
        sentences = [_Sentence(number, [_Live((), 0.0, number)]) for number in range(len(start))]
        last = start
        with torch.no_grad():
            for step in range(1, self.longest + 1):
                if not sentences:
                    break
                following, scorer = scorer.next(last)
                if self.ranking.coverage and following.attention is None:
                    raise InputError(
                        "coverage is of the attention over the source, which this scorer does not read; name "
                        "the output that gives it, Reading(attention='alignment'), or leave coverage at 0"
                    )
                self._follow(sentences, following, real)
                results |= {
                    each.number: self._ranked(each, real) for each in sentences if self._is_done(each, step)
                }
                sentences = [each for each in sentences if not self._is_done(each, step)]
                live = [one for each in sentences for one in each.live]
                if live:
                    scorer = scorer.reordered(start.new_tensor([one.row for one in live]))
                    last = start.new_tensor([one.tokens[-1] for one in live])
                    _renumber(sentences)
        return [results[number] for number in range(len(start))]

    def _follow(self, sentences: list[_Sentence], following: Next, real: Tensor | None) -> None:
        """Take each sentence a step further."""
        log_p = following.log_p if following.log_p.dtype is torch.float64 else following.log_p.float()
        for sentence in sentences:
            rows = [one.row for one in sentence.live]
            before = log_p.new_tensor([one.log_p for one in sentence.live])
            sums = (before.unsqueeze(1) + log_p[rows]).flatten()
            values, places = sums.topk(min(2 * self.size, len(sums)))
            going: list[_Live] = []
            for rank, (value, place) in enumerate(zip(numbers(values), numbers(places), strict=True)):
                parent, token = sentence.live[int(place) // log_p.shape[1]], int(place) % log_p.shape[1]
                if value == _NEVER or len(going) == self.size:
                    break
                attention = parent.attention
                if following.attention is not None:
                    seen = following.attention[parent.row]
                    attention = seen if attention is None else attention + seen
                one = _Live((*parent.tokens, token), value, parent.row, attention)
                if token != self.end:
                    going.append(one)
                elif rank < self.size:
                    sentence.finished.append(self._hypothesis(sentence, one, real, finished=True))
            sentence.live = going

    def _hypothesis(
        self, sentence: _Sentence, one: _Live, real: Tensor | None, *, finished: bool
    ) -> Hypothesis:
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


def _renumber(sentences: list[_Sentence]) -> None:
    """The rows of all live hypotheses, as they stand in the batch of the next step."""
    row = 0
    for sentence in sentences:
        live: list[_Live] = []
        for one in sentence.live:
            live.append(_Live(one.tokens, one.log_p, row, one.attention))
            row += 1
        sentence.live = live
