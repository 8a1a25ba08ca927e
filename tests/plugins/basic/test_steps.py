"""Layers that move, pick, repeat, mask and sum the steps of sequences, against plain loops."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, real
from tests.plugins.streams import assert_streams
from zoo.errors import InputError
from zoo_basic.cumulative import CumulativeSum
from zoo_basic.expand import Expand, Unsqueeze
from zoo_basic.masks import BothMasks, CausalMask, LengthMask, TokenMask
from zoo_basic.pick import Gather, Select
from zoo_basic.pool import Last, MeanPool
from zoo_basic.reverse import Reverse
from zoo_basic.shift import Shift

BATCH, TIME, DIM = 5, 7, 3
RIGHT = real([7, 2, 5, 0, 1], TIME)
MASKS = {"right": RIGHT, "left": RIGHT.flip(1), "holes": torch.arange(35).reshape(5, 7) % 3 != 1}
SHAPES = [(BATCH, TIME), (BATCH, TIME, DIM), (BATCH, TIME, 2, DIM)]


def numbers(*shape: int) -> Tensor:
    return torch.randn(shape).double()


def row_by_row(change: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    """Each sequence changed for itself, without its padding, which becomes zeros."""

    def oracle(x: Tensor, mask: Tensor) -> Tensor:
        return torch.stack(
            [
                torch.zeros_like(row).index_put((keep.nonzero()[:, 0],), change(row[keep]))
                for row, keep in zip(x, mask, strict=True)
            ]
        )

    return oracle


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_reverse_is_within_the_real_steps(mask: Tensor, shape: tuple[int, ...]) -> None:
    x = numbers(*shape)
    x[~mask] = torch.nan
    assert_agrees(Reverse(), row_by_row(lambda row: row.flip(0)), x, mask)
    again = Reverse()(Reverse()(x, mask), mask)
    assert torch.equal(again[mask], x[mask])
    assert not again[~mask].any()


@pytest.mark.parametrize("shape", [*SHAPES, (2, 0, 3)], ids=str)
def test_reverse_without_a_mask_turns_all_steps(shape: tuple[int, ...]) -> None:
    x = numbers(*shape)
    assert_agrees(
        Reverse(),
        lambda x: torch.stack([x[:, t] for t in range(shape[1])][::-1], 1) if shape[1] else x * 1,
        x,
    )
    assert torch.equal(Reverse()(x, torch.ones(shape[:2]).bool()), Reverse()(x))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("steps", [1, 2, 7, 11])
def test_shift_shows_earlier_steps(steps: int, shape: tuple[int, ...]) -> None:
    def oracle(x: Tensor) -> Tensor:
        first = 0 * x[:, 0] - 0.5
        return torch.stack([x[:, t - steps] if t >= steps else first for t in range(TIME)], 1)

    assert_agrees(Shift(steps, fill=-0.5), oracle, numbers(*shape))
    assert_streams(Shift(steps, fill=-0.5), {"x": numbers(*shape)})


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_cumulative_sum_adds_real_steps(mask: Tensor) -> None:
    x = numbers(BATCH, TIME, DIM)
    x[~mask] = torch.nan

    def oracle(x: Tensor, mask: Tensor) -> Tensor:
        return torch.stack([x[:, : t + 1].where(mask[:, : t + 1, None], 0).sum(1) for t in range(TIME)], 1)

    assert_agrees(CumulativeSum(), oracle, x, mask)
    assert_streams(CumulativeSum(), {"x": x, "mask": mask})
    assert_streams(CumulativeSum(), {"x": numbers(BATCH, TIME)})


@pytest.mark.parametrize("pool", [Last(), MeanPool()], ids=["last", "mean"])
@pytest.mark.parametrize("mask", [None, *MASKS.values()], ids=["none", *MASKS])
def test_pools_stream(pool: nn.Module, mask: Tensor | None) -> None:
    assert_streams(pool, {"x": numbers(BATCH, TIME, DIM)} | ({} if mask is None else {"mask": mask}))


def test_length_mask_counts_steps() -> None:
    lengths = [7, 2, 5, 0, 99]
    expected = torch.tensor([[t < length for t in range(TIME)] for length in lengths])
    assert torch.equal(LengthMask()(torch.tensor(lengths), numbers(BATCH, TIME, DIM)), expected)
    assert LengthMask()(torch.tensor(lengths), numbers(BATCH, 0)).shape == (BATCH, 0)


@pytest.mark.parametrize("padding", [0, 3, -1])
def test_token_mask_knows_the_padding(padding: int) -> None:
    tokens = [[3, 0, 1], [-1, 3, 3]]
    expected = [[token != padding for token in row] for row in tokens]
    assert TokenMask(padding)(torch.tensor(tokens)).tolist() == expected


def test_causal_mask_is_pairs_of_steps() -> None:
    x = numbers(2, TIME, DIM)
    pairs = [[[j <= i for j in range(TIME)] for i in range(TIME)]] * 2
    assert CausalMask()(x).tolist() == pairs
    assert CausalMask(strict=True)(x).tolist() == [[[j < i for j in range(TIME)] for i in range(TIME)]] * 2


def test_both_masks_are_true_together() -> None:
    a, b, c = MASKS.values()
    assert torch.equal(BothMasks()(a, b, c), a & b & c)
    assert torch.equal(BothMasks()(a), a)


@pytest.mark.parametrize("index", [0, 4, -1, -7])
def test_select_takes_one(index: int) -> None:
    assert_agrees(Select(index), lambda x: x[:, index], numbers(2, TIME, DIM))


@pytest.mark.parametrize(("index", "size"), [(7, 7), (-8, 7), (0, 0)])
def test_select_refuses_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(InputError, match="one element of an axis is taken, and"):
        Select(index)(numbers(2, size, DIM))
    with pytest.raises(ValueError, match=f"element {index}"):
        Select.shapes({"index": index}, {"x": (2, size, DIM)})


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_gather_takes_steps_and_adds_their_gradients(shape: tuple[int, ...]) -> None:
    places = torch.randint(TIME, (BATCH, 11))

    def oracle(x: Tensor) -> Tensor:
        chosen = (places.unsqueeze(-1) == torch.arange(TIME)).double()
        return torch.einsum("bkt,bt...->bk...", chosen, x)

    assert_agrees(nn.Identity(), oracle, numbers(*shape), ours=lambda x: Gather()(x, places))


@pytest.mark.parametrize("wrong", [-1, TIME])
def test_gather_names_the_place_that_is_not_there(wrong: int) -> None:
    with pytest.raises(InputError, match=f"0 to 6, and there is a place {wrong};"):
        Gather()(numbers(1, TIME, DIM), torch.tensor([[0, wrong]]))


def test_expand_shows_a_vector_at_every_step() -> None:
    x, like = numbers(BATCH, DIM), numbers(BATCH, TIME, 2)
    assert_agrees(nn.Identity(), lambda x: torch.stack([x] * TIME, 1), x, ours=lambda x: Expand()(x, like))
    assert_streams(Expand(), {"like": like}, {"x": x})


def test_unsqueeze_and_select_are_inverse() -> None:
    x = numbers(BATCH, DIM)
    assert Unsqueeze()(x).shape == (BATCH, 1, DIM)
    assert torch.equal(Select(0)(Unsqueeze()(x)), x)


def test_a_stream_may_be_split_in_two() -> None:
    shift: Any = Shift(2)
    x = numbers(2, TIME, DIM)
    _, state = shift.step(x, shift.initial_state(2, x.device, x.dtype))
    for later in (x[:, :1], x[:, 1:3]):
        out, _ = shift.step(later, state)
        assert torch.equal(out, shift(torch.cat([x, later], 1))[:, TIME:])
