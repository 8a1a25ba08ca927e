"""Sampling: texts drawn at random from the distribution that a model predicts, sharpened or cut off.

``temperature`` divides the scores; ``top_k`` keeps the k likeliest tokens (Fan, Lewis & Dauphin 2018), and
``top_p`` the fewest that together have probability p (nucleus sampling, Holtzman et al. 2020).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from zoo import arguments
from zoo.decoding.ranking import Hypothesis
from zoo.decoding.scorer import Scorer, numbers, unusable
from zoo.errors import InputError


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn. A temperature of 0 always takes the likeliest. Raises InputError for settings out
    of range.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= arguments.number(self.temperature, "temperature") < math.inf:
            raise InputError(f"a temperature is 0 or more and finite, and this is {self.temperature}")
        if self.top_k is not None and arguments.whole(self.top_k, "top_k") < 1:
            raise InputError(f"top_k is at least 1, and this is {self.top_k}")
        if self.top_p is not None and not 0 < arguments.number(self.top_p, "top_p") <= 1:
            raise InputError(f"top_p is above 0 and at most 1, and this is {self.top_p}")

    def chances(self, scores: Float[Tensor, "*rows vocab"]) -> Float[Tensor, "*rows vocab"]:
        """The probability with which each token is drawn, given logits or log-probabilities.

        Raises InputError if the largest score is not a finite number.
        """
        scores = scores.double()
        largest = scores.amax(-1)
        if not bool(largest.isfinite().all()):
            raise unusable(float(largest[~largest.isfinite()].flatten()[0]))
        if self.temperature == 0:
            return torch.zeros_like(scores).scatter(-1, scores.argmax(-1, keepdim=True), 1.0)
        # The largest is moved to 0 first: a tiny temperature then leads to -inf, never to inf - inf.
        scores = (scores - scores.amax(-1, keepdim=True)) / self.temperature
        if self.top_k is not None and self.top_k < scores.shape[-1]:
            # By index, not by value: of equally likely tokens no more than k are kept.
            kept = scores.topk(self.top_k, -1).indices
            scores = torch.full_like(scores, -math.inf).scatter(-1, kept, scores.gather(-1, kept))
        chances = scores.softmax(-1)
        if self.top_p is not None:
            ordered, places = chances.sort(stable=True, dim=-1, descending=True)
            spare = ordered.cumsum(-1) - ordered >= self.top_p  # the likelier ones are enough
            chances = chances.masked_fill(torch.zeros_like(spare).scatter(-1, places, spare), 0)
            chances = chances / chances.sum(-1, keepdim=True)
        return chances

    def draw(
        self,
        scorer: Scorer,
        start: Int[Tensor, " rows"],
        *,
        end: int,
        longest: int = 100,
        seed: int = 0,
    ) -> list[Hypothesis]:
        """A text for each row, of at most ``longest`` tokens including ``end``; a seed fixes the texts.

        ``start`` holds the first token of each row. ``log_p`` and ``score`` of a hypothesis are its
        log-probability under the model, whatever the temperature. Raises InputError as ``chances`` does.
        """
        longest = arguments.whole(longest, "longest", 1)
        seed = arguments.seed(seed)
        generator = torch.Generator().manual_seed(seed)  # on the CPU: the same on every device
        texts: list[list[int]] = [[] for _ in range(len(start))]
        sums, done, last = [0.0] * len(texts), [False] * len(texts), start
        with torch.no_grad():
            for _ in range(longest):
                following, scorer = scorer.next(last)
                log_p = following.log_p.cpu()
                drawn = torch.multinomial(self.chances(log_p), 1, generator=generator)
                for row, token in enumerate(numbers(drawn[:, 0])):
                    if not done[row]:
                        sums[row] += float(log_p[row, token])
                        done[row] = token == end
                        texts[row] += [] if done[row] else [token]
                if all(done):
                    break
                last = drawn[:, 0].to(start.device)
        return [Hypothesis(tuple(text), p, p, end) for text, p, end in zip(texts, sums, done, strict=True)]


def greedy(scorer: Scorer, start: Int[Tensor, " rows"], *, end: int, longest: int = 100) -> list[Hypothesis]:
    """Take the likeliest token at each step; see ``Sampling.draw``."""
    return Sampling(temperature=0).draw(scorer, start, end=end, longest=longest)
