"""Endless synthetic data: every batch is generated from a seed and its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import torch

from zoo.compiler.seeds import seed_of
from zoo.tasks.batch import Batch
from zoo.tasks.task import Baseline, Data, Plan
from zoo.tasks.tokenizers import Tokenizer
from zoo.values import EMPTY, Scalar


def generated(
    make: Callable[[int, torch.Generator], Batch],
    plan: Plan,
    *,
    params: Mapping[str, Scalar] = EMPTY,
    about: str = "",
    unit: str = "nats",
    baseline: Baseline | None = None,
    tokenizers: Mapping[str, Tokenizer] = EMPTY,
    validation: int = 512,
) -> Data:
    """The data that ``make(examples, generator)`` generates.

    A further ``validation`` examples, the same for every seed of a run, are the validation set.
    """

    def batch(number: int) -> Batch:
        return make(plan.batch, torch.Generator().manual_seed(seed_of(plan.seed, f"batch {number}")))

    def measured() -> Iterator[Batch]:
        generator = torch.Generator().manual_seed(seed_of(0, "validation"))
        left = validation
        while left > 0:
            yield make(min(left, 128), generator)
            left -= 128

    lines = (about, f"made by rule, new ones at every step; {validation:,} others are measured on")
    return Data(
        batch=batch,
        validation=measured,
        params=params,
        about=lines if about else lines[1:],
        unit=unit,
        baseline=baseline,
        tokenizers=tokenizers,
    )
