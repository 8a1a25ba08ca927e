"""Bucketing: batches of examples of similar lengths, padded and masked.

The order of an epoch depends only on the seed and the epoch's number, so that batch n can be made directly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

from zoo.compiler.seeds import seed_of
from zoo.errors import TrainingError
from zoo.tasks.batch import Batch
from zoo.tasks.task import Plan

X = TypeVar("X")
POOL = 50
"""This many batches are drawn, sorted by length and cut: little padding, and the order stays random."""


class Bucketed:
    """Endless training batches of some examples; ``batches(n)`` always returns the same batch."""

    def __init__(
        self,
        lengths: Sequence[int],
        make: Callable[[Sequence[int]], Batch],
        plan: Plan,
    ) -> None:
        if not lengths:
            raise TrainingError("there is nothing to learn from: no example is left for training")
        self._lengths, self._make, self._plan = torch.tensor(lengths), make, plan
        self.epoch = -(-len(lengths) // plan.batch)
        self._number, self._order = -1, [torch.empty(0, dtype=torch.int64)]

    def __call__(self, number: int) -> Batch:
        epoch, place = divmod(number, self.epoch)
        if epoch != self._number:
            self._number, self._order = epoch, self._shuffled(epoch)
        return self._make([int(index) for index in self._order[place]])

    def _shuffled(self, epoch: int) -> list[Tensor]:
        generator = torch.Generator().manual_seed(seed_of(self._plan.seed, f"epoch {epoch}"))
        order = torch.randperm(len(self._lengths), generator=generator)
        size = self._plan.batch
        batches: list[Tensor] = []
        for pool in _cut(order, POOL * size):
            batches += _cut(pool[self._lengths[pool].argsort(stable=True)], size)
        # An incomplete batch is kept, so that every example occurs once per epoch.
        return [batches[int(index)] for index in torch.randperm(len(batches), generator=generator)]


def _cut(values: Tensor, size: int) -> list[Tensor]:
    return [values[begin : begin + size] for begin in range(0, len(values), size)]


def in_order(lengths: Sequence[int], make: Callable[[Sequence[int]], Batch], batch: int) -> Iterator[Batch]:
    """Validation batches: every example once, ordered by length."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for begin in range(0, len(order), batch):
        yield make(order[begin : begin + batch])


class Batches(NamedTuple):
    """The fields of ``Data`` that depend on how examples are batched."""

    batch: Callable[[int], Batch]
    validation: Callable[[], Iterator[Batch]]
    epoch: float


def bucketed(
    train: Sequence[X],
    validation: Sequence[X],
    length: Callable[[X], int],
    make: Callable[[Sequence[X]], Batch],
    plan: Plan,
) -> Batches:
    """Batches of examples that are similar in ``length``; ``make`` collates them."""

    def some(examples: Sequence[X]) -> Callable[[Sequence[int]], Batch]:
        return lambda indices: make([examples[index] for index in indices])

    learning = Bucketed(list(map(length, train)), some(train), plan)
    lengths = list(map(length, validation))
    return Batches(learning, lambda: in_order(lengths, some(validation), plan.batch), learning.epoch)


def padded(rows: Sequence[Tensor], value: float = 0) -> tuple[Tensor, Tensor]:
    """Rows of different lengths as one padded tensor, and a mask that is true at their elements."""
    from torch.nn.utils.rnn import pad_sequence

    lengths = torch.tensor([len(row) for row in rows])
    tensor = pad_sequence(list(rows), batch_first=True, padding_value=value)
    return tensor, torch.arange(tensor.shape[1]) < lengths[:, None]


def split_off(
    examples: Sequence[X], source: str = "the data", *, seed: int = 0, share: float = 0.1
) -> tuple[list[X], list[X]]:
    """Split off a random tenth of the examples for validation, the same for every run.

    Raises TrainingError for fewer than two examples; ``source`` is their name in the message.
    """
    order = torch.randperm(len(examples), generator=torch.Generator().manual_seed(seed_of(seed, "held back")))
    held = max(1, round(share * len(examples)))
    if len(examples) < 2:
        raise TrainingError(
            "at least two examples are needed, one to learn from and one to measure on; "
            f"{source} {'has one' if examples else 'has none'}"
        )
    chosen = {int(index) for index in order[:held]}
    return (
        [each for index, each in enumerate(examples) if index not in chosen],
        [each for index, each in enumerate(examples) if index in chosen],
    )
