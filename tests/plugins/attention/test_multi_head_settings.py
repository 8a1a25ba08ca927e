"""What multi-head attention may be given beyond 2017: groups, biases, norms, caps, sinks; and in pieces."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import zoo
from tests.plugins.agreement import assert_agrees, borrowing, prepared, real
from tests.plugins.attention.made import BATCH, QUERIES, rand, shares
from tests.plugins.streams import assert_streams
from zoo.errors import InputError
from zoo_attention.core import explain
from zoo_attention.multi_head import MultiHead
from zoo_attention.scaled_dot_product import ScaledDotProduct

DIM, HEADS, KEYS, MEMORY = 12, 6, 7, 5
PART = DIM // HEADS

SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "grouped": {"kv_heads": 2},
    "one": {"kv_heads": 1},
    "cap": {"soft_cap": 0.8},
    "norm": {"qk_norm": True},
    "sinks": {"sinks": True},
    "scale": {"scale": 1.0},
    "all": {"kv_heads": 3, "soft_cap": 1.1, "qk_norm": True, "sinks": True, "scale": 0.3},
}

every = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)


def many(**settings: Any) -> MultiHead:
    return prepared(MultiHead(DIM, HEADS, DIM, DIM, **settings))


def formula(
    layer: MultiHead, query: Tensor, key: Tensor, value: Tensor, allowed: Tensor, bias: Tensor | None
) -> Tensor:
    """Head by head, by the words of the docstring."""
    heads: list[Tensor] = []
    for h in range(HEADS):
        kv = h // (HEADS // layer.kv_heads)
        q = layer.query(query)[..., h * PART : (h + 1) * PART]
        k, v = (
            linear(x)[..., kv * PART : (kv + 1) * PART]
            for linear, x in ((layer.key, key), (layer.value, value))
        )
        if layer.query_norm is not None and layer.key_norm is not None:
            eps = torch.finfo(q.dtype).eps
            q = q / (q.square().mean(-1, keepdim=True) + eps).sqrt() * layer.query_norm.weight
            k = k / (k.square().mean(-1, keepdim=True) + eps).sqrt() * layer.key_norm.weight
        scores = q @ k.mT * (PART**-0.5 if layer.scale is None else layer.scale)
        if layer.soft_cap is not None:
            scores = layer.soft_cap * torch.tanh(scores / layer.soft_cap)
        if bias is not None:
            scores = scores + bias[h]
        if layer.sink is None:
            heads.append(shares(scores, allowed) @ v)
        else:
            column = layer.sink[h].expand(*scores.shape[:-1], 1)
            wide = shares(torch.cat([scores, column], -1), torch.cat([allowed, allowed[..., :1] | True], -1))
            heads.append(wide[..., :-1] @ v)
    return layer.out(torch.cat(heads, -1)) * allowed.any(-1, keepdim=True)


@every
@pytest.mark.parametrize("bias", [True, False], ids=["bias", ""])
@pytest.mark.parametrize("causal", [True, False], ids=["causal", "free"])
def test_every_setting_is_its_formula(settings: dict[str, Any], bias: bool, causal: bool) -> None:
    layer, mask = many(causal=causal, **settings), real([KEYS, 0, 4], KEYS)
    allowed = mask[:, None].expand(BATCH, QUERIES, KEYS)
    allowed = allowed.tril(KEYS - QUERIES) if causal else allowed
    inputs = [rand(BATCH, n, DIM) for n in (QUERIES, KEYS, KEYS)]
    added = [rand(HEADS, QUERIES, KEYS)] if bias else []

    def theirs(q: Tensor, k: Tensor, v: Tensor, *bias: Tensor) -> Tensor:
        return formula(layer, q, k, v, allowed, bias[0] if bias else None)

    for weights in (True, False):

        def ours(q: Tensor, k: Tensor, v: Tensor, *bias: Tensor, weights: bool = weights) -> Tensor:
            return layer(q, k, v, mask, None, *bias, weights=weights).out

        assert_agrees(layer, theirs, *inputs, *added, ours=ours)


def test_as_many_heads_of_keys_as_of_queries_is_multi_head() -> None:
    grouped = many(kv_heads=HEADS)
    plain = borrowing(many(), lambda: dict(grouped.named_parameters()))
    x = rand(BATCH, KEYS, DIM)
    assert_agrees(grouped, lambda x: plain(x, x, x).out, x, ours=lambda x: grouped(x, x, x).out)


@every
@pytest.mark.parametrize("strict", [True, False], ids=["strict", ""])
def test_causal_self_attention_streams(settings: dict[str, Any], strict: bool) -> None:
    layer, x = many(causal=True, strict=strict, **settings), rand(BATCH, 7, DIM)
    assert_streams(layer, {"query": x, "key": x, "value": x})
    assert_streams(layer, {"query": x, "key": x, "value": x, "mask": torch.rand(BATCH, 7) < 0.7})


@pytest.mark.parametrize("make", [lambda: many(kv_heads=2), lambda: ScaledDotProduct(6)])
def test_attention_over_a_memory_streams(make: Any) -> None:
    query, memory, mask = rand(BATCH, 7, DIM), rand(BATCH, MEMORY, DIM), real([MEMORY, 0, 3], MEMORY)
    assert_streams(make(), {"query": query}, {"key": memory, "value": memory, "mask": mask})


@pytest.mark.parametrize("group", [1, 3])
def test_heads_without_linear_maps_stream(group: int) -> None:
    x, key, value = rand(BATCH, 7, DIM), rand(BATCH, 7, DIM // group), rand(BATCH, 7, 2 * 6)
    assert_streams(ScaledDotProduct(6, group, causal=True), {"query": x, "key": key, "value": value})


@pytest.mark.parametrize("make", [lambda: many(causal=True), lambda: ScaledDotProduct(HEADS, causal=True)])
def test_in_pieces_biases_and_patterns_are_for_all_keys_so_far(make: Any) -> None:
    layer, x = make(), rand(BATCH, 7, DIM)
    bias, pairs = rand(HEADS, 7, 7), torch.rand(BATCH, 7, 7) < 0.7
    whole = layer(x, x, x, None, pairs, bias).out
    state = layer.initial_state(BATCH, x.device, x.dtype)
    for begin, end in ((0, 3), (3, 3), (3, 4), (4, 7)):
        piece = x[:, begin:end]
        patterns = {"pairs": pairs[:, begin:end, :end], "bias": bias[:, begin:end, :end]}
        out, state = layer.step(query=piece, key=piece, value=piece, state=state, **patterns)
        torch.testing.assert_close(out.out, whole[:, begin:end])


def test_what_cannot_be_had_in_pieces_is_refused() -> None:
    given = (BATCH, torch.device("cpu"), torch.float64)
    memory = rand(BATCH, MEMORY, DIM)
    for free, causal in ((many(), many(causal=True)), (ScaledDotProduct(), ScaledDotProduct(causal=True))):
        with pytest.raises(InputError, match="streams if it is causal, or over keys that are there"):
            free.initial_state(*given)
        with pytest.raises(InputError, match="which is the last a stream does not know"):
            causal.initial_state(*given, key=memory, value=memory)


@pytest.mark.parametrize("group", [1, 3])
def test_multi_head_is_linear_maps_around_heads(group: int) -> None:
    layer, x = many(kv_heads=HEADS // group, causal=True), rand(BATCH, KEYS, DIM)
    heads = ScaledDotProduct(HEADS, group, causal=True)
    bias = rand(HEADS, KEYS, KEYS)

    def drawn(x: Tensor, bias: Tensor) -> list[Tensor]:
        got = heads(layer.query(x), layer.key(x), layer.value(x), None, None, bias, weights=True)
        return [layer.out(got.out), got.weights]

    assert_agrees(layer, drawn, x, bias, ours=lambda x, bias: layer(x, x, x, None, None, bias, weights=True))


def test_heads_divide_into_groups() -> None:
    for refuse in (
        lambda: ScaledDotProduct(6, 4),
        lambda: ScaledDotProduct.shapes({"heads": 6, "group": 4, "causal": False, "strict": False}, {}),
    ):
        with pytest.raises(ValueError, match="6 heads are no groups of 4; make group a divisor of heads"):
            refuse()
    for refuse in (
        lambda: many(kv_heads=4),
        lambda: MultiHead.shapes(
            {"dim": 12, "heads": 6, "kv_heads": 4, "causal": False, "strict": False}, {}
        ),
    ):
        with pytest.raises(ValueError, match="6 heads do not divide into 4 groups"):
            refuse()


def test_all_that_fast_kernels_allow_goes_through_them() -> None:
    query, key = torch.randn(2, HEADS, 16, 8), torch.randn(2, 2, 16, 8)
    assert explain(query, key, key, sinks=torch.zeros(HEADS)).kernel == "flash"


ROTARY = """\
format: zoo/1
name: rotary_attention
about: Self-attention whose queries and keys turn with their place; four query heads share two of keys.
inputs: {x: float batch time 24, mask: bool batch time}
outputs: {out: out}
nodes:
  query: {use: basic/linear, with: {output: 24, bias: false}, in: x}
  key: {use: basic/linear, with: {output: 12, bias: false}, in: x}
  value: {use: basic/linear, with: {output: 12, bias: false}, in: x}
  turned_query: {use: position/rotary, with: {heads: 4}, in: query}
  turned_key: {use: position/rotary, with: {heads: 2}, in: key}
  attend:
    use: attention/scaled_dot_product
    with: {heads: 4, group: 2, causal: true}
    in: {query: turned_query, key: turned_key, value: value, mask: mask}
  out: {use: basic/linear, with: {output: 24, bias: false}, in: attend}
"""


def test_rotary_attention_is_drawn_with_nodes() -> None:
    model: nn.Module = zoo.loads(ROTARY).compile().double()
    x, mask = rand(BATCH, 11, 24), torch.ones(BATCH, 11).bool()
    out: Tensor = model(x, mask)
    # A product of a turned query and a turned key sees distances alone: without the first step nothing is
    # different but that the first step is gone.
    mask[:, 0] = False
    torch.testing.assert_close(model(x, mask)[:, 1:], model(x[:, 1:], mask[:, 1:]))
    assert not torch.isclose(out[:, 1:], model(x[:, 1:], mask[:, 1:])).all()
