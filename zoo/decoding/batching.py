"""Batches of what is read: sentences of similar length together, and results in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias, TypeVar

import torch
from torch import Tensor

from zoo.tasks import padded
from zoo.tasks.tokenizers import PADDING

T = TypeVar("T")
R = TypeVar("R")

Batch: TypeAlias = tuple[list[int], Mapping[str, Tensor]]
"""The numbers of some sentences or pictures, and what a model is given for them, by the task's names."""
AHEAD = 8
"""The number of batches that are read ahead and sorted by length: little padding, and a short wait."""


def of_sentences(sentences: Iterable[str], encode: Callable[[str], Tensor], batch: int) -> Iterator[Batch]:
    """Sentences as ``source`` and ``source_mask``. They are read when they are needed: ``AHEAD`` batches at a
    time, or one by one where ``batch`` is 1.
    """
    done = 0
    for some in windows(sentences, AHEAD * batch if batch > 1 else 1):
        encoded = list(map(encode, some))
        for numbered in grouped(list(map(len, encoded)), batch):
            source, mask = padded([encoded[number] for number in numbered], PADDING)
            yield [done + number for number in numbered], {"source": source, "source_mask": mask}
        done += len(some)


def of_examples(items: Iterable[T], read: Callable[[T], Mapping[str, Tensor]], batch: int) -> Iterator[Batch]:
    """What ``read`` makes of each item, all of one shape, in the order of the items."""
    done = 0
    for some in windows(items, batch):
        every = list(map(read, some))
        given = {name: torch.stack([each[name] for each in every]) for name in every[0]}
        yield list(range(done, done + len(some))), given
        done += len(some)


def windows(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of ``size``, the last of which may be shorter; each is read when it is asked for."""
    rest = iter(items)
    while window := list(islice(rest, size)):
        yield window


def grouped(lengths: Sequence[int], batch: int) -> list[list[int]]:
    """The numbers of sentences of these lengths in batches, cut from them sorted by length.

    The batch of the first sentence comes first, then that of the first one that is left.
    """
    order = sorted(range(len(lengths)), key=lambda number: -lengths[number])
    return sorted(windows(order, batch), key=min)


def in_turn(found: Iterable[tuple[Sequence[int], Sequence[R]]]) -> Iterator[R]:
    """Results that come in batches with their numbers, in the order of these: each as soon as all before it
    are there.
    """
    waiting: dict[int, R] = {}
    turn = 0
    for numbers, results in found:
        waiting |= dict(zip(numbers, results, strict=True))
        while turn in waiting:
            yield waiting.pop(turn)
            turn += 1
