"""What the tests of attention share: sizes, inputs, masks, layers to try, and softmax by its formula."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import prepared, real
from zoo_attention.additive import Additive
from zoo_attention.dot import Dot
from zoo_attention.multi_head import MultiHead
from zoo_attention.multiplicative import Multiplicative
from zoo_attention.scaled_dot_product import ScaledDotProduct

BATCH, QUERIES, KEYS, DIM, VALUE, MEMORY, ATTENTION = 3, 5, 7, 6, 11, 4, 13

NAN = torch.nan


def rand(*shape: int) -> Tensor:
    return torch.randn(*shape).double()


def shares(scores: Tensor, allowed: Tensor) -> Tensor:
    """Softmax over what is allowed, by its formula; zeros where nothing is."""
    exp = torch.where(allowed, scores, 0.0).exp() * allowed
    total = exp.sum(-1, keepdim=True)
    return exp / torch.where(total == 0, 1.0, total)


def allowed_by_hand(queries: int, keys: int, causal: bool, strict: bool, *masks: Tensor | None) -> Tensor:
    """Causality by its definition, aligned at the end, and the masks."""
    allowed = torch.ones(BATCH, queries, keys).bool()
    for i, j in itertools.product(range(queries), range(keys)):
        own = i + keys - queries
        if causal and (j > own or (strict and j == own)):
            allowed[:, i, j] = False
    for mask in masks:
        if mask is not None:
            allowed = allowed & (mask.unsqueeze(1) if mask.dim() == 2 else mask)
    return allowed


def heads_by_formula(layer: Any, query: Tensor, key: Tensor, value: Tensor, allowed: Tensor) -> Tensor:
    """Multi-head attention where ``allowed`` (batch [heads] query key), zeros where nothing is."""
    part = layer.query.out_features // layer.heads
    heads: list[Tensor] = []
    for h in range(layer.heads):
        q, k, v = (
            linear(x)[..., h * part : (h + 1) * part]
            for linear, x in ((layer.query, query), (layer.key, key), (layer.value, value))
        )
        may = allowed[:, h] if allowed.dim() == 4 else allowed
        heads.append(shares(q @ k.mT / part**0.5, may) @ v)
    some = (allowed.any(1) if allowed.dim() == 4 else allowed).any(-1, keepdim=True)
    return layer.out(torch.cat(heads, -1)) * some


CAUSALITIES = {"free": (False, False), "causal": (True, False), "strict": (True, True)}

causalities = pytest.mark.parametrize(("causal", "strict"), CAUSALITIES.values(), ids=CAUSALITIES)

masked = pytest.mark.parametrize(
    ("mask", "pairs"),
    [(False, False), (True, False), (False, True), (True, True)],
    ids=["", "mask", "pairs", "both"],
)


def drawn_masks(queries: int, keys: int, mask: bool, pairs: bool) -> tuple[Tensor | None, Tensor | None]:
    """A mask of keys that leaves the second source empty, and a random pattern with an empty row."""
    drawn = torch.rand(BATCH, queries, keys) < 0.6
    drawn[0, :1] = False
    return real([keys, 0, min(2, keys)], keys) if mask else None, drawn if pairs else None


def many_heads(**settings: Any) -> MultiHead:
    sizes: dict[str, Any] = {"dim": DIM, "heads": 2, "key_dim": DIM, "value_dim": DIM}
    return prepared(MultiHead(**(sizes | settings)))


MEMORIES: dict[str, tuple[Callable[[], nn.Module], int, Callable[[Any, Tensor, Tensor], Tensor]]] = {
    "dot": (Dot, DIM, lambda layer, s, h: torch.einsum("bqd,bkd->bqk", s, h)),
    "multiplicative": (
        lambda: Multiplicative(DIM, MEMORY),
        MEMORY,
        lambda layer, s, h: torch.einsum("bqd,de,bke->bqk", s, layer.weight, h),
    ),
    "additive": (
        lambda: Additive(DIM, ATTENTION),
        ATTENTION,
        lambda layer, s, h: torch.einsum(
            "bqka,a->bqk",
            torch.tanh(h[:, None] + torch.einsum("bqd,ad->bqa", s, layer.weight)[:, :, None]),
            layer.energy,
        ),
    ),
}

WIDTHS = {
    "dot": DIM,
    "multiplicative": MEMORY,
    "additive": ATTENTION,
    "scaled_dot_product": DIM,
    "multi_head": DIM,
}

MAKE: dict[str, Callable[[], nn.Module]] = {
    **{name: make for name, (make, _, _) in MEMORIES.items()},
    "scaled_dot_product": ScaledDotProduct,
    "multi_head": lambda: MultiHead(DIM, 2, DIM, VALUE),
}

every = pytest.mark.parametrize("name", MAKE)


def inputs_of(name: str) -> list[Tensor]:
    return [rand(BATCH, QUERIES, DIM), rand(BATCH, KEYS, WIDTHS[name]), rand(BATCH, KEYS, VALUE)]
