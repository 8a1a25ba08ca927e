"""Positions against the formula, written as loops."""

import math
from typing import Literal

import pytest
import torch
from torch import Tensor, nn

import zoo
from tests.plugins.agreement import assert_agrees, borrowing, prepared
from zoo_position.learned import Learned
from zoo_position.sinusoidal import Sinusoidal, waves


def encoding(time: int, dim: int, base: float) -> Tensor:
    """The formula of the paper, column by column, in Python's own floats."""
    table = torch.zeros(time, dim).double()
    for p in range(time):
        for column in range(dim):
            angle = p / base ** (2 * (column // 2) / dim)
            table[p, column] = math.cos(angle) if column % 2 else math.sin(angle)
    return table


@pytest.mark.parametrize("dim", [1, 2, 7, 8])
@pytest.mark.parametrize("time", [0, 1, 11])
@pytest.mark.parametrize("base", [10000.0, 100.0])
def test_sinusoidal_is_its_formula(time: int, dim: int, base: float) -> None:
    assert_agrees(
        Sinusoidal(base=base), lambda x: x + encoding(time, dim, base), torch.randn(3, time, dim).double()
    )


@pytest.mark.parametrize("dim", [1, 2, 7, 8])
def test_in_halves_all_sines_come_before_all_cosines(dim: int) -> None:
    table = encoding(11, dim, 10000.0)
    halves = torch.cat([table[:, 0::2], table[:, 1::2]], 1)
    assert_agrees(Sinusoidal("half"), lambda x: x + halves, torch.randn(3, 11, dim).double())


def test_there_is_no_longest_sequence() -> None:
    out = Sinusoidal()(torch.zeros(1, 20011, 6))
    torch.testing.assert_close(out[0, -1], encoding(20011, 6, 10000.0)[-1].float(), rtol=0, atol=5e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_places_are_told_apart_in_every_precision(dtype: torch.dtype) -> None:
    out = Sinusoidal()(torch.zeros(1, 600, 8, dtype=dtype))
    assert out.dtype is dtype
    torch.testing.assert_close(out[0].double(), encoding(600, 8, 10000.0), rtol=0, atol=5e-3)


@pytest.mark.parametrize("layout", ["interleaved", "half"])
def test_a_shift_is_one_rotation_wherever_it_starts(layout: Literal["interleaved", "half"]) -> None:
    table = waves(torch.arange(40).double(), 6, layout, 10000.0)
    near, far = table[3:10], table[23:30]
    torch.testing.assert_close(near @ near.t(), far @ far.t())


def test_learned_is_torchs_row_for_each_step() -> None:
    learned = prepared(Learned(dim=5, max_length=13))
    table = borrowing(nn.Embedding(13, 5), lambda: dict(learned.named_parameters()))
    for batch, time in ((3, 7), (1, 13), (2, 1)):
        x = torch.randn(batch, time, 5).double()
        assert_agrees(learned, lambda x: x + table(torch.arange(x.shape[1])), x)


def test_an_empty_sequence_stays_empty() -> None:
    assert Learned(5, 13)(torch.zeros(2, 0, 5)).shape == (2, 0, 5)


def test_a_sequence_beyond_the_table_is_refused_by_name_and_length() -> None:
    learned = Learned(dim=5, max_length=13)
    with pytest.raises(
        zoo.errors.InputError, match="position/learned has 13 places, and the sequence has 14 steps"
    ):
        learned(torch.zeros(2, 14, 5))


def test_the_table_starts_small_so_that_tokens_speak_first() -> None:
    assert 0.019 < Learned(100, 100).weight.detach().std().item() < 0.021


def test_learned_refuses_a_length_that_a_graph_says_beforehand() -> None:
    text = (
        "format: zoo/1\nname: t\ninputs: {x: float batch 14 5}\noutputs: {y: place}\n"
        "nodes: {place: {use: position/learned, with: {max_length: 13}, in: x}}\n"
    )
    (problem,) = zoo.check(zoo.loads(text))
    said = "it has 13 places, and the sequence has 14 steps; enlarge max_length, or cut the sequence"
    assert str(problem) == f"<text>:5:9: node 'place': position/learned: {said}"
    assert not zoo.check(zoo.loads(text.replace("14", "13")))
