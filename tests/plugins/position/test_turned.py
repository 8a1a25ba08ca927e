"""Positions that act inside attention: rotary against its formula, the biases of ALiBi and T5."""

import cmath
import math
from typing import Literal

import pytest
import torch
from torch import Tensor

from tests.plugins.agreement import assert_agrees, prepared
from tests.plugins.streams import assert_streams
from zoo_position.alibi import ALiBi, slopes
from zoo_position.learned import Learned
from zoo_position.rotary import Rotary
from zoo_position.sinusoidal import Sinusoidal
from zoo_position.t5_bias import T5Bias


def turned(x: Tensor, heads: int, layout: str, base: float, width: int, stretch: float = 1.0) -> Tensor:
    """The formula, pair by pair, as multiplication of complex numbers."""
    out = x.clone().view(*x.shape[:2], heads, x.shape[2] // heads)
    parts = x.view(out.shape)
    for p in range(x.shape[1]):
        for i in range(width // 2):
            a, b = (2 * i, 2 * i + 1) if layout == "interleaved" else (i, i + width // 2)
            turn = cmath.exp(1j * p / stretch * base ** (-2 * i / width))
            out[:, p, :, a] = parts[:, p, :, a] * turn.real - parts[:, p, :, b] * turn.imag
            out[:, p, :, b] = parts[:, p, :, a] * turn.imag + parts[:, p, :, b] * turn.real
    return out.view(x.shape)


@pytest.mark.parametrize("layout", ["interleaved", "half"])
@pytest.mark.parametrize(
    ("heads", "dim", "share", "width"), [(1, 2, 1.0, 2), (3, 15, 1.0, 4), (3, 30, 0.5, 4)]
)
def test_rotary_is_its_formula(
    layout: Literal["interleaved", "half"], heads: int, dim: int, share: float, width: int
) -> None:
    rotary = Rotary(dim, heads, layout, base=100.0, share=share)
    for time in (0, 1, 7):
        x = torch.randn(3, time, dim).double()
        assert_agrees(rotary, lambda x: turned(x, heads, layout, 100.0, width), x)


def test_longer_sequences_are_fitted_in() -> None:
    x = torch.randn(3, 7, 6).double()
    assert_agrees(
        Rotary(6, scaling="linear", factor=4.0),
        lambda x: turned(x, 1, "interleaved", 10000.0, 6, stretch=4.0),
        x,
    )
    assert_agrees(
        Rotary(6, scaling="ntk", factor=4.0),
        lambda x: turned(x, 1, "interleaved", 10000.0 * 4.0 ** (6 / 4), 6),
        x,
    )


@pytest.mark.parametrize("layout", ["interleaved", "half"])
def test_products_see_the_distance_alone(layout: Literal["interleaved", "half"]) -> None:
    rotary = Rotary(6, layout=layout)
    query, key = torch.randn(2, 1, 1, 6).double().expand(2, 1, 40, 6)
    products = rotary(query)[0] @ rotary(key)[0].t()
    for distance in range(-39, 40):
        along = products.diagonal(distance)
        torch.testing.assert_close(along, along[:1].expand_as(along))


def test_what_rotary_refuses() -> None:
    with pytest.raises(ValueError, match="7 does not divide into 3 heads"):
        Rotary(7, 3)
    with pytest.raises(ValueError, match=r"0\.25 of a head of 4 has none"):
        Rotary(8, 2, share=0.25)


def test_positions_are_added_in_pieces_too() -> None:
    x = torch.randn(3, 7, 6).double()
    for layer in (Sinusoidal(), prepared(Learned(6, 11)), Rotary(6, 3)):
        assert_streams(layer, {"x": x})


def test_slopes_are_those_of_the_paper() -> None:
    assert slopes(8) == [2.0**-h for h in range(1, 9)]
    assert slopes(1) == [2.0**-8]
    twelve = [2.0**-h for h in range(1, 9)] + [2.0 ** -(h / 2) for h in (1, 3, 5, 7)]
    assert slopes(12) == pytest.approx(twelve)


def bias(layer: ALiBi | T5Bias, queries: int, keys: int) -> Tensor:
    return layer(torch.zeros(1, queries, 2).double(), torch.zeros(1, keys, 3).double())


def test_alibi_falls_with_the_distance() -> None:
    found = bias(ALiBi(2), 5, 7)
    for h, slope in enumerate(slopes(2)):
        for i in range(5):
            assert [float(x) for x in found[h, i]] == [-slope * abs(i + 2 - j) for j in range(7)]


def t5_bucket(distance: int, buckets: int, most: int, causal: bool) -> int:
    """The bucket of j - i, with logarithms of Python's own."""
    first = 0
    if not causal:
        buckets //= 2
        first = buckets if distance > 0 else 0
    away = max(-distance, 0) if causal else abs(distance)
    near = buckets // 2
    if away < near:
        return first + away
    grown = near + int(math.log(away / near) / math.log(most / near) * (buckets - near))
    return first + min(grown, buckets - 1)


@pytest.mark.parametrize("causal", [True, False])
def test_t5_looks_up_the_bucket_of_each_distance(causal: bool) -> None:
    layer = prepared(T5Bias(heads=3, buckets=12, max_distance=29, causal=causal))

    def formula(query: Tensor, key: Tensor) -> Tensor:
        queries, keys = query.shape[1], key.shape[1]
        own = range(keys - queries, keys)  # the last query stands at the last key
        rows = [[t5_bucket(j - i, 12, 29, causal) for j in range(keys)] for i in own]
        return layer.weight[torch.tensor(rows)].permute(2, 0, 1)

    assert_agrees(layer, formula, torch.zeros(2, 41, 2).double(), torch.zeros(2, 53, 3).double())


def test_biases_come_in_pieces_too() -> None:
    x = torch.zeros(2, 7, 3).double()
    for layer in (ALiBi(3), prepared(T5Bias(3, 8, 5, causal=True))):
        whole = layer(x, x)
        state = layer.initial_state(2, x.device, x.dtype)
        first, state = layer.step(x[:, :3], x[:, :3], state)
        rest, state = layer.step(x[:, 3:], x[:, 3:], state)
        assert torch.equal(first, whole[:, :3, :3])
        assert torch.equal(rest, whole[:, 3:])
        assert state == 7


def test_what_t5_refuses() -> None:
    with pytest.raises(ValueError, match="6 is no multiple of 4"):
        T5Bias(3, buckets=6)
    with pytest.raises(ValueError, match="beyond the 8 near buckets, got 8"):
        T5Bias(3, max_distance=8)
