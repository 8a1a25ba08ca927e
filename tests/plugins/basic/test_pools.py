"""From a sequence to one vector, against each sequence alone without its padding."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, real
from zoo_basic.pool import Last, MeanPool

NAN = torch.nan

HOLES = torch.tensor([[True, False, True, False, False], [False, False, False, True, True], [False] * 5])

MASKS = {"right": real([5, 3, 0, 1], 5), "left": real([5, 3, 0, 1], 5).flip(1), "holes": HOLES}


def one_by_one(pick: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    """Each sequence alone, without its padding."""

    def oracle(x: Tensor, mask: Tensor) -> Tensor:
        rows = [row[keep] for row, keep in zip(x, mask, strict=True)]
        return torch.stack([pick(row) if len(row) else x.new_zeros(x.shape[-1]) for row in rows])

    return oracle


POOLS: dict[str, tuple[nn.Module, Callable[[Tensor], Tensor]]] = {
    "last": (Last(), lambda row: row[-1]),
    "mean": (MeanPool(), lambda row: row.mean(0)),
}


@pytest.mark.parametrize(("pool", "pick"), POOLS.values(), ids=POOLS)
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("padding", [0.0, NAN, torch.inf], ids=str)
def test_pools_see_real_steps_alone(
    pool: nn.Module, pick: Callable[[Tensor], Tensor], mask: Tensor, padding: float
) -> None:
    x = torch.randn(len(mask), 5, 3).double()
    x[~mask] = padding
    assert_agrees(pool, one_by_one(pick), x, mask)


@pytest.mark.parametrize(("pool", "pick"), POOLS.values(), ids=POOLS)
@pytest.mark.parametrize("time", [1, 5])
def test_without_a_mask_every_step_is_real(
    pool: nn.Module, pick: Callable[[Tensor], Tensor], time: int
) -> None:
    x = torch.randn(2, time, 3).double()
    assert_agrees(pool, lambda x: one_by_one(pick)(x, torch.ones(2, time).bool()), x)


@pytest.mark.parametrize("pool", [Last(), MeanPool()], ids=POOLS)
def test_a_sequence_of_no_steps_gives_zeros(pool: nn.Module) -> None:
    for mask in ([], [torch.ones(2, 0).bool()]):
        assert torch.equal(pool(torch.randn(2, 0, 3), *mask), torch.zeros(2, 3))
