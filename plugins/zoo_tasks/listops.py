"""ListOps: evaluating nested list operations, written as a sequence of tokens."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from statistics import median
from typing import Annotated, ClassVar

import torch
from pydantic import Field

from zoo.errors import TrainingError
from zoo.tasks import Baseline, Batch, Data, Plan, generated, padded
from zoo_tasks.classification import Classification

DIGITS = 10
OPERATORS: Mapping[str, Callable[[list[int]], int]] = {
    "[MIN": min,
    "[MAX": max,
    "[MED": lambda values: int(median(values)),
    "[SM": lambda values: sum(values) % DIGITS,
}
TOKENS = (*map(str, range(DIGITS)), *OPERATORS, "]")


class ListOps(Classification):
    """Evaluate nested lists of MIN, MAX, MED and SUM_MOD.

    ``[MAX 4 3 [MIN 2 3 ] 1 0 ]`` is 4; the answer is one of ten digits. Nangia & Bowman 2018, as in Long
    Range Arena (Tay et al. 2021), by default in its short variant of 10 to 60 tokens. The median of an even
    number of digits is rounded down.
    """

    graph: ClassVar[str] = "encoder_classifier"

    shortest: Annotated[int, Field(ge=3, description="tokens")] = 10
    longest: Annotated[int, Field(ge=3, description="tokens")] = 60
    depth: Annotated[int, Field(ge=1, description="nesting depth")] = 4
    arguments: Annotated[int, Field(ge=2, description="maximal arguments of a list")] = 5

    def data(self, plan: Plan) -> Data:
        if self.shortest > self.longest:
            raise TrainingError(
                f"shortest ({self.shortest}) is to be no longer than longest ({self.longest})"
            )

        def make(examples: int, generator: torch.Generator) -> Batch:
            seed = int(torch.randint(2**62, (), generator=generator))
            draw = random.Random(seed)  # noqa: S311 - examples, no secrets
            made = [self._example(draw) for _ in range(examples)]
            tokens, mask = padded([torch.tensor(row) for row, _ in made], 0)
            return Batch({"tokens": tokens, "mask": mask}, torch.tensor([value for _, value in made]))

        return generated(
            make,
            plan,
            params={"vocab": len(TOKENS), "classes": DIGITS},
            about=f"lists of {self.shortest} to {self.longest} tokens, up to {self.depth} deep",
            baseline=Baseline(name="guessing", loss=math.log(DIGITS)),
        )

    def _example(self, draw: random.Random) -> tuple[list[int], int]:
        for _ in range(10_000):
            words, value = _list(draw, self.depth, self.arguments, self.longest)
            if self.shortest <= len(words) <= self.longest:
                return [TOKENS.index(word) for word in words], value
        raise TrainingError(
            f"no list of {self.shortest} to {self.longest} tokens was found that is {self.depth} deep with "
            f"{self.arguments} arguments at most; allow more of one of them"
        )


def _list(draw: random.Random, depth: int, arguments: int, room: int) -> tuple[list[str], int]:
    """A list as words, and its value; ``room`` is the number of words left, to avoid overlong lists."""
    operator = draw.choice(list(OPERATORS))
    words, values = [operator], list[int]()
    for _ in range(draw.randint(2, arguments)):
        left = room - len(words) - 2
        if depth > 1 and left > 4 and draw.random() < 0.4:
            inner, value = _list(draw, depth - 1, arguments, left)
            words += inner
        else:
            value = draw.randrange(DIGITS)
            words.append(str(value))
        values.append(value)
    return [*words, "]"], OPERATORS[operator](values)


def value_of(words: list[str]) -> int:
    """The value of a list, evaluated from its words with a stack."""
    open_lists: list[tuple[str, list[int]]] = [("", [])]
    for word in words:
        if word in OPERATORS:
            open_lists.append((word, []))
        elif word == "]":
            operator, values = open_lists.pop()
            open_lists[-1][1].append(OPERATORS[operator](values))
        else:
            open_lists[-1][1].append(int(word))
    return open_lists[0][1][0]
