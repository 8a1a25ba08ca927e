"""A text as batches: every character is used, the order is a function of seed and step."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from zoo.errors import TrainingError
from zoo.tasks import Batch
from zoo_tasks.windows import (
    LARGEST_VALIDATION,
    TrainingWindows,
    split,
    validation_windows,
)


def counting(length: int) -> Tensor:
    return torch.arange(length)


def parted(batch: Batch) -> tuple[Tensor, Tensor]:
    return batch.inputs["tokens"], batch.target


def test_targets_are_the_next_tokens_and_windows_are_contiguous() -> None:
    windows = TrainingWindows(counting(331), context=7, batch=5, seed=0)
    for step in range(60):
        tokens, targets = parted(windows[step])
        assert tokens.shape == targets.shape == (5, 7)
        assert torch.equal(targets, tokens + 1)
        assert torch.equal(tokens, tokens[:, :1] + torch.arange(7))


def test_an_epoch_walks_through_the_text_once_in_another_order_each_time() -> None:
    windows = TrainingWindows(counting(331), context=7, batch=3, seed=0)
    assert windows.each_epoch == 46  # of the 47 that fit: one less leaves room for the offset
    flat = torch.cat([parted(windows[step])[0][:, 0] for step in range(4 * 46 // 3 + 1)])
    epochs = [flat[46 * epoch : 46 * (epoch + 1)] for epoch in range(4)]
    for starts in epochs:
        assert torch.equal(starts.sort().values, starts.min() + 7 * torch.arange(46))
    assert len({int(starts.min()) for starts in epochs}) > 1
    assert not torch.equal(epochs[0] - epochs[0].min(), epochs[1] - epochs[1].min())


def test_a_batch_can_be_had_without_those_before() -> None:
    straight = TrainingWindows(counting(331), context=7, batch=5, seed=3)
    walked = [parted(straight[step])[0] for step in range(40)]
    jumping = TrainingWindows(counting(331), context=7, batch=5, seed=3)
    for step in (33, 2, 39, 0):
        assert torch.equal(parted(jumping[step])[0], walked[step])


def test_another_seed_is_another_order() -> None:
    first, second = (TrainingWindows(counting(331), context=7, batch=5, seed=seed) for seed in (0, 1))
    assert not torch.equal(first[0].target, second[0].target)


@given(st.integers(2, 60), st.integers(1, 9), st.integers(1, 5))
def test_every_length_of_text_has_windows(length: int, context: int, batch: int) -> None:
    if length < context + 1:
        return
    windows = TrainingWindows(counting(length), context, batch, seed=0)
    for step in range(5):
        assert windows[step].target.max() < length


@given(st.integers(2, 200), st.integers(1, 17), st.integers(1, 5))
def test_validation_predicts_every_token_but_the_first_once(length: int, context: int, batch: int) -> None:
    batches = list(validation_windows(counting(length), context, batch))
    assert all(
        len(part.inputs["tokens"]) <= batch and part.inputs["tokens"].shape[1] <= context for part in batches
    )
    assert torch.equal(torch.cat([part.target.flatten() for part in batches]), torch.arange(1, length))
    assert torch.equal(
        torch.cat([part.inputs["tokens"].flatten() for part in batches]), torch.arange(length - 1)
    )


def test_the_last_tenth_is_held_back_up_to_a_limit() -> None:
    parts = split(counting(1000), context=16)
    assert (len(parts.train), len(parts.validation)) == (900, 100)
    assert int(parts.validation[0]) == 900
    assert len(split(counting(20 * LARGEST_VALIDATION), 16).validation) == LARGEST_VALIDATION


@pytest.mark.parametrize(("length", "context"), [(100, 90), (19, 4), (1, 1)])
def test_a_text_too_short_is_refused(length: int, context: int) -> None:
    with pytest.raises(TrainingError, match="take a longer text or a smaller context"):
        split(counting(length), context)
