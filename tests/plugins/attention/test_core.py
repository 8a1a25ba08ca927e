"""The core against its formula, with all that an attention may ask of it, and what it says of itself."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.plugins.agreement import gradients
from tests.plugins.attention.made import rand
from zoo_attention.core import attend, explain
from zoo_attention.permission import Permission, permit

BATCH, HEADS, QUERIES, KEYS, DIM, VALUE = 2, 6, 5, 7, 3, 4


def formula(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    allowed: Tensor,
    bias: Tensor | None,
    sinks: Tensor | None,
    scale: float | None,
    soft_cap: float | None,
) -> tuple[Tensor, Tensor]:
    """Head by head, row by row."""
    out, weights = query.new_zeros(BATCH, HEADS, QUERIES, VALUE), query.new_zeros(BATCH, HEADS, QUERIES, KEYS)
    rows: list[Tensor] = []
    shares: list[Tensor] = []
    for b in range(BATCH):
        for h in range(HEADS):
            kv = h // (HEADS // key.shape[1])
            for i in range(QUERIES):
                scores = key[b, kv] @ query[b, h, i] * (1 / math.sqrt(DIM) if scale is None else scale)
                scores = scores if soft_cap is None else soft_cap * torch.tanh(scores / soft_cap)
                scores = scores if bias is None else scores + bias[h, i]
                found = scores.exp() * allowed[b, i]
                total = found.sum() + (0 if sinks is None else sinks[h].exp())
                share = found / total if allowed[b, i].any() else found
                rows.append(share @ value[b, kv])
                shares.append(share)
    return torch.stack(rows).view_as(out), torch.stack(shares).view_as(weights)


@pytest.mark.parametrize("kv_heads", [6, 2])
@pytest.mark.parametrize("bias", [True, False], ids=["bias", ""])
@pytest.mark.parametrize("sinks", [True, False], ids=["sinks", ""])
@pytest.mark.parametrize(("scale", "soft_cap"), [(None, None), (0.7, 1.5)], ids=str)
@pytest.mark.parametrize("pattern", ["free", "causal", "mask"])
def test_the_core_is_its_formula(
    kv_heads: int, bias: bool, sinks: bool, scale: float | None, soft_cap: float | None, pattern: str
) -> None:
    mask = torch.tensor([[True] * 4 + [False] * 3, [False] * 7]) if pattern == "mask" else None
    query, key = rand(BATCH, HEADS, QUERIES, DIM), rand(BATCH, kv_heads, KEYS, DIM)
    value, added, drawn = rand(BATCH, kv_heads, KEYS, VALUE), rand(HEADS, QUERIES, KEYS), rand(HEADS)
    permission = permit(query[:, 0], key[:, 0], mask, causal=pattern == "causal")
    allowed = torch.ones(BATCH, QUERIES, KEYS).bool()
    if pattern == "causal":
        allowed = allowed.tril(KEYS - QUERIES)
    if mask is not None:
        allowed = allowed & mask[:, None]
    leaves = [x.requires_grad_() for x in (query, key, value, added, drawn)]
    extra = (added if bias else None, drawn if sinks else None)
    expected = formula(query, key, value, allowed, *extra, scale, soft_cap)
    direction = torch.randn_like(expected[0])
    wanted = gradients([expected[0]], leaves, [direction])
    for weights in (True, False):
        settings: dict[str, Any] = {"bias": extra[0], "sinks": extra[1], "scale": scale, "soft_cap": soft_cap}
        out, shares = attend(query, key, value, permission, **settings, weights=weights)
        torch.testing.assert_close(out, expected[0], rtol=1e-9, atol=1e-10)
        if weights:
            torch.testing.assert_close(shares, expected[1], rtol=1e-9, atol=1e-10)
        else:
            assert shares is None
        for one, other in zip(gradients([out], leaves, [direction]), wanted, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(
    ("settings", "kernel", "why"),
    [
        ({}, "flash", "nothing forbids it"),
        ({"bias": torch.zeros(4, 8, 8)}, "flash", "nothing forbids it"),
        ({"sinks": torch.zeros(4)}, "flash", "nothing forbids it"),
        ({"weights": True}, "written out", "something reads the weights"),
        ({"soft_cap": 2.0}, "written out", "no kernel caps the scores"),
        ({"dropout": 0.5}, "math", "the kernel for the CPU has no dropout"),
        ({"bias": torch.zeros(4, 8, 8, requires_grad=True)}, "math", "a bias that learns"),
    ],
    ids=["plain", "bias", "sinks", "weights", "cap", "dropout", "learned bias"],
)
def test_the_core_says_which_kernel_it_takes_and_why(settings: Any, kernel: str, why: str) -> None:
    x, one = torch.randn(2, 4, 8, 16), torch.randn(2, 1, 8, 16)
    for key in (x, one):
        for permission in (Permission(), Permission(triangle=True), permit(x[:, 0], key[:, 0], causal=True)):
            found = explain(x, key, key, permission, **settings)
            assert found.kernel == kernel
            assert why in found.why


def test_it_says_why_no_kernel_fits() -> None:
    x = torch.randn(2, 4, 8, 16)
    assert explain(x, x, x[..., :5]) == ("math", "keys of width 16 have values of width 5")
    assert explain(x[:, :, :0], x, x) == ("math", "there is nothing to attend to")
