"""Attention, positions, norms and networks against those of x-transformers, with the weights of ours."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, borrowing, prepared, real
from zoo_attention.multi_head import MultiHead
from zoo_attention.scaled_dot_product import ScaledDotProduct
from zoo_feedforward.ffn import FFN
from zoo_feedforward.gated import Gated
from zoo_norm.rms_norm import RMSNorm
from zoo_position.alibi import ALiBi
from zoo_position.rotary import Rotary
from zoo_position.sinusoidal import Sinusoidal
from zoo_position.t5_bias import T5Bias

peer: Any = pytest.importorskip(
    "x_transformers.x_transformers", reason="the peer 'x-transformers' is in the extra test-peers"
)

BATCH, QUERIES, KEYS, PART = 3, 5, 7, 5
SOFTMAX = partial(torch.softmax, dim=-1)  # theirs would leave float64 for it

CAP = 3.0
SETTINGS: dict[str, tuple[int, dict[str, Any], dict[str, Any]]] = {
    "plain": (3, {}, {}),
    "grouped": (6, {"kv_heads": 2}, {"kv_heads": 2}),
    "one head of keys": (3, {"kv_heads": 1}, {"kv_heads": 1}),
    "normed": (3, {"qk_norm": True}, {"qk_rmsnorm": True}),
    "sinks": (3, {"sinks": True}, {"head_learned_sink": True}),
    "capped": (3, {"soft_cap": CAP}, {"softclamp_logits": True, "logit_softclamp_value": CAP}),
}
"""Heads, settings of ours, and the same settings of theirs."""

every = pytest.mark.parametrize(("heads", "ours", "theirs"), SETTINGS.values(), ids=SETTINGS)


def rand(*shape: int) -> Tensor:
    return torch.randn(*shape).double()


def attention(
    heads: int, ours: dict[str, Any], theirs: dict[str, Any], causal: bool = False
) -> tuple[MultiHead, Callable[..., Tensor]]:
    """Ours, and theirs with its weights."""
    dim = heads * PART
    layer = prepared(MultiHead(dim, heads, dim, dim, bias=False, causal=causal, **ours))
    module = peer.Attention(dim, dim_head=PART, heads=heads, causal=causal, custom_attn_fn=SOFTMAX, **theirs)
    order = reordered(layer)

    def interleaved(weight: Tensor) -> Tensor:
        return weight.view(heads, PART, dim)[order].reshape(dim, dim)

    def parameters() -> dict[str, Tensor]:
        found = {
            "to_q.weight": interleaved(layer.query.weight),
            "to_k.weight": layer.key.weight,
            "to_v.weight": layer.value.weight,
            "to_out.weight": interleaved(layer.out.weight.t()).t(),
        }
        if layer.sink is not None:
            found["attend.head_attn_sink"] = layer.sink[order]
        if layer.query_norm is not None and layer.key_norm is not None:  # there, each head has its own
            found["q_rmsnorm.gamma"] = layer.query_norm.weight.expand(heads, 1, PART) - 1
            found["k_rmsnorm.gamma"] = layer.key_norm.weight.expand(heads, 1, PART) - 1
        return found

    return layer, borrowing(module, parameters)


def reordered(layer: MultiHead) -> Tensor:
    """Our heads in their order: there, neighbouring heads of queries have different heads of keys."""
    return torch.arange(layer.heads).view(layer.kv_heads, -1).t().flatten()


@every
def test_attention_over_a_padded_memory(heads: int, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    layer, oracle = attention(heads, ours, theirs)
    mask = real([KEYS, 0, 2], KEYS)
    assert_agrees(
        layer,
        lambda x, memory: oracle(x, context=memory, context_mask=mask),
        rand(BATCH, QUERIES, heads * PART),
        rand(BATCH, KEYS, heads * PART),
        ours=lambda x, memory: layer(x, memory, memory, mask).out,
    )


@every
def test_causal_attention_with_a_bias_of_positions(
    heads: int, ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    layer, oracle = attention(heads, ours, theirs, causal=True)
    x = rand(BATCH, KEYS, heads * PART)
    assert_agrees(layer, oracle, x, ours=lambda x: layer(x, x, x).out)
    if "soft_cap" in ours:  # theirs caps the bias, too
        return
    for position in (ALiBi(heads), prepared(T5Bias(heads))):
        bias = position(x, x).double()
        assert_agrees(
            layer,
            lambda x, bias: oracle(x, attn_bias=bias[reordered(layer)]),
            x,
            bias,
            ours=lambda x, bias: layer(x, x, x, bias=bias).out,
        )


@pytest.mark.parametrize("heads", [2, 3, 8, 13])
def test_alibi(heads: int) -> None:
    x, memory = rand(1, QUERIES, 2), rand(1, KEYS, 2)
    expected = peer.AlibiPositionalBias(heads)(QUERIES, KEYS)
    torch.testing.assert_close(ALiBi(heads)(x, memory).float(), expected)


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize(("buckets", "far"), [(32, 128), (8, 11), (12, 37)])
def test_t5_bias(causal: bool, buckets: int, far: int) -> None:
    layer = prepared(T5Bias(3, buckets, far, causal))
    module = peer.RelativePositionBias(1.0, causal, buckets, far, heads=3)
    theirs = borrowing(module, lambda: {"relative_attention_bias.weight": layer.weight})
    x = rand(1, 151, 1)
    assert_agrees(layer, lambda x: theirs(151, 151), x, ours=lambda x: layer(x, x))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        ({"base": 500.0, "share": 0.5}, {"base": 500.0}),
        ({"scaling": "linear", "factor": 4.0}, {"interpolation_factor": 4.0}),
        ({"scaling": "ntk", "factor": 4.0}, {"base_rescale_factor": 4.0}),
    ],
    ids=str,
)
def test_rotary(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    heads, dim = 3, 42
    rotary = Rotary(dim, heads, **ours)
    frequencies = peer.RotaryEmbedding(rotary.width, **theirs)
    angles, _ = frequencies.forward_from_seq_len(KEYS)

    def turned(x: Tensor) -> Tensor:
        parts = x.view(BATCH, KEYS, heads, dim // heads).transpose(1, 2)
        return peer.apply_rotary_pos_emb(parts, angles.double()).transpose(1, 2).reshape(x.shape)

    x = rand(BATCH, KEYS, dim)
    torch.testing.assert_close(rotary(x), turned(x), rtol=1e-5, atol=1e-5)  # their angles are float32


def test_rotary_attention() -> None:
    heads = 3
    dim = heads * 14
    linear = {name: nn.Linear(dim, dim, bias=False) for name in ("query", "key", "value", "out")}
    whole = prepared(nn.ModuleDict(linear))
    rotary, attend = Rotary(dim, heads), ScaledDotProduct(heads, causal=True)
    names = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out": "out"}
    module = peer.Attention(dim, dim_head=14, heads=heads, causal=True, custom_attn_fn=SOFTMAX)
    oracle = borrowing(module, lambda: {f"{n}.weight": linear[name].weight for n, name in names.items()})
    angles = peer.RotaryEmbedding(14)
    angles.inv_freq = 10000.0 ** (-torch.arange(0, 14, 2).double() / 14)
    turns = angles.forward_from_seq_len(KEYS)

    def ours(x: Tensor) -> Tensor:
        query, key = (rotary(linear[name](x)) for name in ("query", "key"))
        return linear["out"](attend(query, key, linear["value"](x)).out)

    assert_agrees(whole, lambda x: oracle(x, rotary_pos_emb=turns), rand(BATCH, KEYS, dim), ours=ours)


def test_sinusoids_in_halves() -> None:
    module = peer.ScaledSinusoidalEmbedding(14).double()
    found = Sinusoidal(layout="half")(torch.zeros(1, KEYS, 14).double())[0]
    with torch.no_grad():
        module.scale.fill_(1.0)
        torch.testing.assert_close(found, module(found[None]), rtol=1e-6, atol=1e-6)


def test_rms_norm() -> None:
    layer = prepared(RMSNorm(11, eps=1e-30))
    theirs = borrowing(peer.RMSNorm(11), lambda: {"g": layer.weight})
    assert_agrees(layer, theirs, rand(BATCH, KEYS, 11))


@pytest.mark.parametrize("activation", ["silu", "gelu"])
def test_gated(activation: Any) -> None:
    layer = prepared(Gated(5, 15, activation, bias=True))
    module = peer.FeedForward(5, mult=3, glu=True, swish=activation == "silu")
    assert_agrees(
        layer,
        borrowing(
            module,
            lambda: {
                "ff.0.proj.weight": torch.cat([layer.inner.weight, layer.gate.weight]),
                "ff.0.proj.bias": torch.cat([layer.inner.bias, layer.gate.bias]),
                "ff.2.weight": layer.outer.weight,
                "ff.2.bias": layer.outer.bias,
            },
        ),
        rand(BATCH, KEYS, 5),
    )


def test_ffn() -> None:
    layer = prepared(FFN(5, 15, "gelu"))
    names = {"ff.0.0": layer.inner, "ff.2": layer.outer}
    module = peer.FeedForward(5, mult=3)

    def parameters() -> dict[str, Tensor]:
        weights = {f"{name}.weight": linear.weight for name, linear in names.items()}
        return weights | {f"{name}.bias": linear.bias for name, linear in names.items()}

    assert_agrees(layer, borrowing(module, parameters), rand(BATCH, KEYS, 5))
