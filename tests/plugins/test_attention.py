"""Attention against formulas written out, and against ``torch.nn.MultiheadAttention``."""

import itertools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import zoo_attention.padding
import zoo_attention.permission
from tests.plugins.agreement import assert_agrees, borrowing, gradients, prepared, real, tensors
from zoo_attention.memory import Additive, Dot, Multiplicative
from zoo_attention.multi_head import MultiHead
from zoo_attention.scaled_dot_product import ScaledDotProduct

BATCH, QUERIES, KEYS, DIM, VALUE, MEMORY, ATTENTION = 3, 5, 7, 6, 11, 4, 13
NAN = torch.nan


def rand(*shape: int) -> Tensor:
    return torch.randn(*shape).double()


def nothing_seen(_x: Tensor, _fact: object) -> bool:
    return False


@pytest.fixture(params=[True, False], ids=["looking", "blind"], autouse=True)
def _looking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs twice: as on the CPU, and as where values cannot be looked at."""
    if not request.param:
        for module in (zoo_attention.padding, zoo_attention.permission):
            monkeypatch.setattr(module, "seen", nothing_seen)


def shares(scores: Tensor, allowed: Tensor) -> Tensor:
    """Softmax over what is allowed, by its formula; zeros where nothing is."""
    exp = torch.where(allowed, scores, 0.0).exp() * allowed
    total = exp.sum(-1, keepdim=True)
    return exp / torch.where(total == 0, 1.0, total)


# -------------------------------------------------------------------------------------------- over a memory

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

over_memories = pytest.mark.parametrize(("make", "width", "scores"), MEMORIES.values(), ids=MEMORIES)


@over_memories
@pytest.mark.parametrize("steps", [(), (QUERIES,), (2, 5), (0,)], ids=str)
@pytest.mark.parametrize("lengths", [None, (7, 0, 2)], ids=str)
@pytest.mark.parametrize("weights", [True, False])
def test_memory_attention_is_its_formula(
    make: Callable[[], nn.Module],
    width: int,
    scores: Callable[[Any, Tensor, Tensor], Tensor],
    steps: tuple[int, ...],
    lengths: tuple[int, ...] | None,
    weights: bool,
) -> None:
    layer = prepared(make())
    mask = [] if lengths is None else [real(lengths, KEYS)]

    def formula(
        query: Tensor, keys: Tensor, values: Tensor, *mask: Tensor, weights: bool = False
    ) -> list[Tensor]:
        allowed = mask[0][:, None, :] if mask else torch.ones(1, 1, KEYS).bool()
        every = query.reshape(BATCH, math.prod(steps), DIM)
        found = shares(scores(layer, every, keys), allowed)
        out = torch.einsum("bqk,bkv->bqv", found, values).reshape(BATCH, *steps, VALUE)
        return [out, found.reshape(BATCH, *steps, KEYS)] if weights else [out]

    inputs = [rand(BATCH, *steps, DIM), rand(BATCH, KEYS, width), rand(BATCH, KEYS, VALUE), *mask]
    assert_agrees(layer, formula, *inputs, weights=weights)


@over_memories
def test_one_step_is_a_row_of_all_steps(make: Callable[[], nn.Module], width: int, scores: object) -> None:
    layer = prepared(make())
    query, keys, values = rand(BATCH, QUERIES, DIM), rand(BATCH, KEYS, width), rand(BATCH, KEYS, VALUE)
    together = layer(query, keys, values).out
    for step, alone in enumerate(query.unbind(1)):
        torch.testing.assert_close(layer(alone, keys, values).out, together[:, step])


# -------------------------------------------------------------------------------------- scaled dot-product


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


CAUSALITIES = {"free": (False, False), "causal": (True, False), "strict": (True, True)}
causalities = pytest.mark.parametrize(("causal", "strict"), CAUSALITIES.values(), ids=CAUSALITIES)
lengths = pytest.mark.parametrize(
    ("queries", "keys"), [(5, 7), (5, 5), (7, 5), (1, 5), (0, 5), (5, 0)], ids=str
)
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


@causalities
@lengths
@masked
@pytest.mark.parametrize("weights", [True, False])
def test_scaled_dot_product_is_its_formula(
    queries: int, keys: int, causal: bool, strict: bool, mask: bool, pairs: bool, weights: bool
) -> None:
    def formula(
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None,
        pairs: Tensor | None,
        *,
        weights: bool = False,
    ) -> list[Tensor]:
        allowed = allowed_by_hand(queries, keys, causal, strict, mask, pairs)
        found = shares(torch.einsum("bqd,bkd->bqk", query, key) / math.sqrt(DIM), allowed)
        out = torch.einsum("bqk,bkv->bqv", found, value)
        return [out, found] if weights else [out]

    inputs = [rand(BATCH, queries, DIM), rand(BATCH, keys, DIM), rand(BATCH, keys, VALUE)]
    masks = drawn_masks(queries, keys, mask, pairs)
    assert_agrees(ScaledDotProduct(causal, strict), formula, *inputs, *masks, weights=weights)


def test_dropout_drops_weights_and_shows_them_whole() -> None:
    layer = ScaledDotProduct(dropout=0.5)
    query, key = rand(1, 40, DIM), rand(1, 50, DIM)
    identity = torch.eye(50).double()[None]  # what comes out is the weights as they were used
    for weights in (True, False):
        used = layer(query, key, identity, weights=weights).out
        whole = layer.eval()(query, key, identity, weights=True)
        torch.testing.assert_close(whole.out, whole.weights)
        layer.train()
        dropped = used.eq(0)
        torch.testing.assert_close(used[~dropped], 2 * whole.weights[~dropped])
        assert 0.45 < dropped.double().mean() < 0.55
    assert layer(query, key, identity, weights=True).weights.sum(-1).sub(1).abs().max() < 1e-12


# ------------------------------------------------------------------------------------------------ multi-head


def many_heads(**settings: Any) -> MultiHead:
    sizes: dict[str, Any] = {"dim": DIM, "heads": 2, "key_dim": DIM, "value_dim": DIM}
    return prepared(MultiHead(**(sizes | settings)))


def torchs(layer: MultiHead, key_dim: int, value_dim: int) -> Callable[..., Any]:
    """``nn.MultiheadAttention`` with the layer's parameters, called with the zoo's masks."""
    bias = "out.bias" in dict(layer.named_parameters())
    oracle = nn.MultiheadAttention(
        DIM, layer.heads, bias=bias, kdim=key_dim, vdim=value_dim, batch_first=True
    )
    apart = key_dim != DIM or value_dim != DIM

    def parameters() -> dict[str, Tensor]:
        into = (layer.query, layer.key, layer.value)
        found: dict[str, Tensor] = {"out_proj.weight": layer.out.weight}
        if apart:
            found |= {f"{name}_proj_weight": x.weight for name, x in zip("qkv", into, strict=True)}
        else:
            found["in_proj_weight"] = torch.cat([x.weight for x in into])
        if bias:
            found |= {"in_proj_bias": torch.cat([x.bias for x in into]), "out_proj.bias": layer.out.bias}
        return found

    borrowed = borrowing(oracle, parameters)

    def call(
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None,
        pairs: Tensor | None,
        weights: bool = True,
    ) -> list[Tensor]:
        forbidden = None if pairs is None else ~pairs.repeat_interleave(layer.heads, 0)
        padding = None if mask is None else ~mask
        flags = {"key_padding_mask": padding, "attn_mask": forbidden, "average_attn_weights": False}
        return list(borrowed(query, key, value, **flags))[: 1 + weights]

    return call


@pytest.mark.parametrize("heads", [1, 3])
@pytest.mark.parametrize("bias", [True, False])
@masked
def test_multi_head_is_torchs(heads: int, bias: bool, mask: bool, pairs: bool) -> None:
    layer = many_heads(heads=heads, key_dim=MEMORY, value_dim=VALUE, bias=bias)
    inputs = [rand(BATCH, QUERIES, DIM), rand(BATCH, KEYS, MEMORY), rand(BATCH, KEYS, VALUE)]
    keep = real([KEYS, 3, 1], KEYS) if mask else None
    pattern = torch.rand(BATCH, QUERIES, KEYS) < 0.5
    pattern[:, :, 0] = True  # no empty rows: they are NaN there
    oracle = torchs(layer, MEMORY, VALUE)
    found = [*inputs, keep, pattern if pairs else None]
    assert_agrees(layer, oracle, *found, ours=partial(layer, weights=True))
    assert_agrees(layer, partial(oracle, weights=False), *found)


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("lengths", [None, (5, 3, 1)], ids=str)
@pytest.mark.parametrize("time", [5, 1])
def test_self_attention_is_torchs(causal: bool, lengths: tuple[int, ...] | None, time: int) -> None:
    layer = many_heads(causal=causal)
    mask = None if lengths is None else real([min(length, time) for length in lengths], time)
    past = allowed_by_hand(time, time, causal, strict=False)
    oracle = torchs(layer, DIM, DIM)

    assert_agrees(
        layer,
        lambda x: oracle(x, x, x, mask, past)[0],
        rand(BATCH, time, DIM),
        ours=lambda x: layer(x, x, x, mask).out,
    )


@causalities
@masked
@pytest.mark.parametrize(("queries", "keys"), [(5, 7), (7, 5), (5, 5)], ids=str)
def test_weights_change_nothing_but_that_they_are_seen(
    causal: bool, strict: bool, mask: bool, pairs: bool, queries: int, keys: int
) -> None:
    layer = many_heads(causal=causal, strict=strict)
    inputs = [rand(BATCH, queries, DIM), rand(BATCH, keys, DIM), rand(BATCH, keys, DIM)]
    masks = drawn_masks(queries, keys, mask, pairs)
    silent, told = layer(*inputs, *masks), layer(*inputs, *masks, weights=True)
    assert silent.weights is None
    torch.testing.assert_close(silent.out, told.out)
    allowed = allowed_by_hand(queries, keys, causal, strict, *masks)
    assert told.weights[~allowed.unsqueeze(1).expand(-1, 2, -1, -1)].eq(0).all()
    torch.testing.assert_close(
        told.weights.sum(-1), allowed.any(-1, keepdim=True).mT.expand(-1, 2, -1).double()
    )


@causalities
@pytest.mark.parametrize(("queries", "keys"), [(5, 7), (7, 5)], ids=str)
def test_a_query_that_may_attend_to_nothing_gets_zeros_in_every_sense(
    causal: bool, strict: bool, queries: int, keys: int
) -> None:
    layer = many_heads(causal=causal, strict=strict)  # its biases are random, and do not show either
    inputs = [rand(BATCH, n, DIM).requires_grad_() for n in (queries, keys, keys)]
    masks = drawn_masks(queries, keys, mask=True, pairs=True)
    out = layer(*inputs, *masks).out
    empty = ~allowed_by_hand(queries, keys, causal, strict, *masks).any(-1)
    assert empty[1].all()
    assert out[empty].eq(0).all()
    assert out[~empty].ne(0).all()
    towards = [*inputs, *layer.parameters()]
    assert all(x.isfinite().all() for x in gradients([out], towards, [torch.randn_like(out)]))
    from_nothing = gradients([out], towards, [torch.randn_like(out) * empty.unsqueeze(-1)])
    assert all(x.eq(0).all() for x in from_nothing)


@pytest.mark.parametrize("weights", [True, False])
def test_heads_drop_weights_in_training_alone(weights: bool) -> None:
    dropping, plain = many_heads(dropout=0.5), many_heads()
    plain.load_state_dict(dropping.state_dict())
    inputs = [rand(BATCH, n, DIM) for n in (QUERIES, KEYS, KEYS)]
    expected = plain(*inputs, weights=True)
    trained = dropping(*inputs, weights=weights)
    assert not torch.isclose(trained.out, expected.out).any()
    if weights:
        torch.testing.assert_close(trained.weights, expected.weights)
    torch.testing.assert_close(dropping.eval()(*inputs, weights=weights).out, expected.out)


@pytest.mark.parametrize("heads", [1, 3])
def test_one_head_of_many_is_scaled_dot_product_attention(heads: int) -> None:
    layer = many_heads(heads=heads)
    with torch.no_grad():
        for linear in (layer.query, layer.key, layer.value, layer.out):
            nn.init.eye_(linear.weight)
            nn.init.zeros_(linear.bias)
    inputs = [rand(BATCH, n, DIM) for n in (QUERIES, KEYS, KEYS)]
    parts = [
        ScaledDotProduct()(*part).out for part in zip(*(x.chunk(heads, -1) for x in inputs), strict=True)
    ]
    torch.testing.assert_close(layer(*inputs).out, torch.cat(parts, -1))


def test_dim_divides_into_heads() -> None:
    for refuse in (
        lambda: MultiHead(10, 3, 10, 10),
        lambda: MultiHead.shapes({"dim": 10, "heads": 3, "causal": False, "strict": False}, {}),
    ):
        with pytest.raises(ValueError, match="10 does not divide into 3 heads; make dim a multiple of heads"):
            refuse()


def test_strict_is_a_kind_of_causal() -> None:
    for refuse in (
        lambda: ScaledDotProduct(strict=True),
        lambda: ScaledDotProduct.shapes({"causal": False, "strict": True}, {}),
        lambda: MultiHead(4, 2, 4, 4, strict=True),
    ):
        with pytest.raises(ValueError, match="strict is a kind of causal attention; set causal, too"):
            refuse()


# -------------------------------------------------------------------------------- what holds for all of them

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


@every
@pytest.mark.parametrize("padding", [NAN, torch.inf, 1e300], ids=str)
@pytest.mark.parametrize("weights", [True, False])
def test_what_stands_in_padding_never_shows(name: str, padding: float, weights: bool) -> None:
    layer, inputs, mask = prepared(MAKE[name]()), inputs_of(name), real([KEYS, 0, 2], KEYS)
    results: list[list[Tensor]] = []
    for content in (0.0, padding):
        query, key, value = (x.clone() for x in inputs)
        key[~mask], value[~mask] = content, content
        leaves = [x.requires_grad_() for x in (query, key, value)]
        found = tensors(layer(*leaves, mask, weights=weights))
        directions = [torch.ones_like(x).cumsum(-1) for x in found]
        results.append([*found, *gradients(found, [*leaves, *layer.parameters()], directions)])
    assert all(map(torch.equal, *results))
    assert all(x.isfinite().all() for x in results[1])


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("padding", [NAN, torch.inf, 1e300], ids=str)
def test_in_self_attention_padding_shows_neither_as_a_query(causal: bool, padding: float) -> None:
    layer, mask = many_heads(causal=causal), real([QUERIES, 3, 1], QUERIES)
    results: list[list[Tensor]] = []
    for content in (0.0, padding):
        torch.default_generator.manual_seed(1)
        x = rand(BATCH, QUERIES, DIM)
        x[~mask] = content
        x.requires_grad_()
        out = layer(x, x, x, mask).out[mask]
        results.append([out, *gradients([out], [x, *layer.parameters()], [torch.ones_like(out).cumsum(-1)])])
    for clean, spoilt in zip(*results, strict=True):
        torch.testing.assert_close(clean, spoilt)


@every
def test_the_order_of_keys_with_their_values_means_nothing(name: str) -> None:
    layer, (query, key, value), mask = prepared(MAKE[name]()), inputs_of(name), real([KEYS, 0, 2], KEYS)
    order = torch.randperm(KEYS)
    plain = layer(query, key, value, mask, weights=True)
    mixed = layer(query, key[:, order], value[:, order], mask[:, order], weights=True)
    torch.testing.assert_close(plain.out, mixed.out)
    torch.testing.assert_close(plain.weights[..., order], mixed.weights)


@every
def test_a_sequence_alone_gets_what_it_gets_in_a_padded_batch(name: str) -> None:
    layer, inputs, mask = prepared(MAKE[name]()), inputs_of(name), real([KEYS, 3, 1], KEYS)
    together = layer(*inputs, mask).out
    for row, length in enumerate([KEYS, 3, 1]):
        query, key, value = (x[row : row + 1] for x in inputs)
        torch.testing.assert_close(
            layer(query, key[:, :length], value[:, :length]).out, together[row : row + 1]
        )


@pytest.mark.parametrize("make", [lambda: ScaledDotProduct(causal=True), lambda: many_heads(causal=True)])
@pytest.mark.parametrize("weights", [True, False])
@pytest.mark.parametrize(("queries", "keys"), [(7, 7), (3, 7)], ids=str)
def test_nothing_later_reaches_a_causal_step(
    make: Callable[[], nn.Module], weights: bool, queries: int, keys: int
) -> None:
    layer = prepared(make())
    query, key, value = rand(BATCH, queries, DIM), rand(BATCH, keys, DIM), rand(BATCH, keys, DIM)
    before = layer(query, key, value, weights=weights).out
    for last in range(queries - 1):
        behind = last + keys - queries + 1
        key[:, behind:], value[:, behind:] = rand(BATCH, keys - behind, DIM), rand(BATCH, keys - behind, DIM)
        query[:, last + 1 :] = rand(BATCH, queries - last - 1, DIM)
        after = layer(query, key, value, weights=weights).out
        assert torch.equal(before[:, : last + 1], after[:, : last + 1])
        assert not torch.isclose(before[:, last + 1 :], after[:, last + 1 :]).any()
        before = after


@pytest.mark.parametrize("make", [lambda: ScaledDotProduct(causal=True), lambda: many_heads(causal=True)])
def test_the_last_queries_alone_get_what_they_get_among_all(make: Callable[[], nn.Module]) -> None:
    layer = prepared(make())
    query, key, value = rand(BATCH, 7, DIM), rand(BATCH, 7, DIM), rand(BATCH, 7, DIM)
    whole = layer(query, key, value).out
    for last in range(1, 7):
        torch.testing.assert_close(layer(query[:, -last:], key, value).out, whole[:, -last:])


@every
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    layer = prepared(MAKE[name]())
    inputs = [x[:2, :3].detach().requires_grad_() for x in inputs_of(name)]
    mask = torch.tensor([[True, False, True], [False, False, False]])
    assert torch.autograd.gradcheck(lambda *xs: layer(*xs, mask).out, inputs)


@every
def test_gradients_of_single_examples_can_be_had(name: str) -> None:
    layer, inputs, mask = prepared(MAKE[name]()), inputs_of(name), real([KEYS, 3, 1], KEYS)

    def alone(mask: Tensor, *inputs: Tensor) -> Tensor:
        found = layer(
            *(x[None] for x in inputs), mask[None], weights=True
        )  # the fast kernels have no rule for it
        return found.out.square().sum()

    each = torch.vmap(torch.func.grad(alone, argnums=1))(mask, *inputs)
    inputs[0].requires_grad_()
    (together,) = torch.autograd.grad(layer(*inputs, mask).out.square().sum(), inputs[:1])
    torch.testing.assert_close(each, together)
