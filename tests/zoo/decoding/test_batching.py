"""Sentences of similar length together, and results in the order of the input."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from zoo.decoding.batching import AHEAD, grouped, in_turn, of_sentences, windows


def encode(sentence: str) -> Tensor:
    return torch.tensor([ord(letter) for letter in sentence])


@given(st.lists(st.integers(1, 20)), st.integers(1, 5))
def test_batches_hold_everything_once_sorted_by_length(lengths: list[int], batch: int) -> None:
    groups = grouped(lengths, batch)
    assert sorted(number for group in groups for number in group) == list(range(len(lengths)))
    assert sum(len(group) < batch for group in groups) <= 1
    spans = sorted(
        (min(lengths[number] for number in group), max(lengths[number] for number in group))
        for group in groups
    )
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert groups == sorted(groups, key=min)  # the batch that is waited for comes first


@given(st.permutations(range(7)), st.integers(1, 3))
def test_results_come_in_turn_as_soon_as_they_can(order: list[int], batch: int) -> None:
    fed: list[int] = []

    def found() -> Iterator[tuple[list[int], list[str]]]:
        for numbers in windows(order, batch):
            fed.extend(numbers)
            yield numbers, [f"text {number}" for number in numbers]

    for turn, text in enumerate(in_turn(found())):
        assert text == f"text {turn}"
        assert set(range(turn + 1)) <= {*fed}
        assert (
            len(fed) <= order.index(max(range(turn + 1), key=order.index)) + batch
        )  # nothing was waited for
    assert sorted(fed) == list(range(7))


def test_no_more_is_read_than_is_needed() -> None:
    read: list[int] = []

    def sentences() -> Iterator[str]:
        for number in count():
            read.append(number)
            yield "x" * (number % 7 + 1)

    for batch, most in ((1, 1), (3, 3 * AHEAD)):
        read.clear()
        batches = of_sentences(sentences(), encode, batch)
        numbers, some = next(batches)
        assert (len(numbers), len(some["source"])) == (batch, batch)
        assert 0 in numbers
        assert len(read) == most
