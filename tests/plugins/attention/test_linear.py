"""Linear attention against its formula, pair by pair, over several chunks; and in pieces."""

from typing import Any

import pytest
import torch
from torch import Tensor

from tests.plugins.agreement import assert_agrees, gradients, prepared, real
from tests.plugins.attention.made import BATCH, NAN, allowed_by_hand, rand
from tests.plugins.streams import assert_streams
from zoo.errors import InputError
from zoo_attention.linear import Linear

DIM, HEADS, MEMORY, VALUE = 6, 2, 4, 11
PART = DIM // HEADS

causals = pytest.mark.parametrize("causal", [True, False], ids=["causal", "free"])


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo_attention.recall.CHUNK", 3)


def linear(causal: bool, **settings: Any) -> Linear:
    sizes: dict[str, Any] = {"dim": DIM, "heads": HEADS, "key_dim": DIM, "value_dim": DIM}
    return prepared(Linear(causal=causal, **(sizes | settings)))


def phi(x: Tensor) -> Tensor:
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())


def formula(layer: Linear, query: Tensor, key: Tensor, value: Tensor, allowed: Tensor) -> Tensor:
    heads: list[Tensor] = []
    for h in range(HEADS):
        cut = slice(h * PART, (h + 1) * PART)
        q, k, v = layer.query(query)[..., cut], layer.key(key)[..., cut], layer.value(value)[..., cut]
        weights = phi(q) @ phi(k).mT * allowed
        total = weights.sum(-1, keepdim=True)
        heads.append(weights @ v / torch.where(total == 0, 1.0, total))
    return layer.out(torch.cat(heads, -1)) * allowed.any(-1, keepdim=True)


@causals
@pytest.mark.parametrize(("queries", "keys"), [(11, 11), (3, 3), (4, 9), (1, 1), (0, 0), (0, 5)], ids=str)
@pytest.mark.parametrize("masked", [True, False], ids=["mask", ""])
def test_linear_attention_is_its_formula(causal: bool, queries: int, keys: int, masked: bool) -> None:
    layer = linear(causal, key_dim=MEMORY, value_dim=VALUE)
    mask = real([keys, 0, min(2, keys)], keys).flip(1) if masked else None
    allowed = allowed_by_hand(queries, keys, causal, False, mask)
    assert_agrees(
        layer,
        lambda q, k, v: formula(layer, q, k, v, allowed),
        rand(BATCH, queries, DIM),
        rand(BATCH, keys, MEMORY),
        rand(BATCH, keys, VALUE),
        ours=lambda q, k, v: layer(q, k, v, mask),
    )


def test_causal_linear_attention_streams() -> None:
    layer, x = linear(True), rand(BATCH, 7, DIM)
    assert_streams(layer, {"query": x, "key": x, "value": x, "mask": torch.rand(BATCH, 7) < 0.7})


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="attention/linear streams if it is causal"):
        linear(False).initial_state(1, torch.device("cpu"), torch.float32)
    with pytest.raises(InputError, match="there are 5 queries and 3 keys; give as many keys"):
        linear(True)(rand(1, 5, DIM), rand(1, 3, DIM), rand(1, 3, DIM))


@causals
@pytest.mark.parametrize("padding", [NAN, torch.inf, 1e300], ids=str)
def test_what_stands_in_padding_never_shows(causal: bool, padding: float) -> None:
    layer, mask, clean = linear(causal), real([7, 4, 0], 7), rand(BATCH, 7, DIM)
    results: list[list[Tensor]] = []
    for content in (0.0, padding):
        x = torch.where(mask[..., None], clean, content).requires_grad_()
        out = layer(x, x, x, mask)[mask]
        results.append([out, *gradients([out], [x, *layer.parameters()], [torch.ones_like(out).cumsum(-1)])])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other)
        assert other.isfinite().all()


def test_sums_of_half_precision_are_in_single() -> None:
    layer, x = linear(True).bfloat16(), rand(1, 2048, DIM).bfloat16()
    exact = linear(True)
    exact.load_state_dict(layer.state_dict())
    torch.testing.assert_close(layer(x, x, x).double(), exact(*[x.double()] * 3), rtol=0.1, atol=0.1)
    assert layer.initial_state(1, x.device, x.dtype).dtype is torch.float32
