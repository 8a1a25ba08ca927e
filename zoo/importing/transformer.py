"""Rules for PyTorch's Transformer layers, which become equivalent blocks of the graph library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, cast

import torch.nn.functional as F
from torch import Tensor, nn

from zoo.graph import Block, Call, Frozen, Ref, Repeat, freeze
from zoo.importing.at import At
from zoo.importing.attention import causal, settings_of, weights_of
from zoo.importing.scope import Placed
from zoo.importing.seen import Seen, Unknown

Named = Callable[[str, Block], str]
"""Returns the name of a block in the graph."""

_ACTIVATIONS: Mapping[Any, str] = {F.relu: "relu", F.gelu: "gelu", F.silu: "silu"}


@cache
def _library() -> Mapping[str, Block]:
    from zoo.files import load
    from zoo.packs import registry

    return load(registry().graphs["blocks"]).blocks


def encoder_layer(
    at: At,
    block: Named,
    module: nn.TransformerEncoderLayer,
    src: Tensor,
    src_mask: Tensor | None = None,
    src_key_padding_mask: Tensor | None = None,
    is_causal: bool = False,  # noqa: ARG001 - a hint; the mask is looked at
) -> Seen:
    """``nn.TransformerEncoderLayer``."""
    return _encoder(at, block, [module], src, src_mask, src_key_padding_mask, at.result)


def encoder(
    at: At,
    block: Named,
    module: nn.TransformerEncoder,
    src: Tensor,
    mask: Tensor | None = None,
    src_key_padding_mask: Tensor | None = None,
    is_causal: bool | None = None,  # noqa: ARG001 - a hint; the mask is looked at
) -> Seen:
    """``nn.TransformerEncoder``: its layers as a repeat, followed by the norm."""
    layers = [cast("nn.TransformerEncoderLayer", each) for each in module.layers]
    last = _encoder(at, block, layers, src, mask, src_key_padding_mask, at.result)
    return _normed(at, module.norm, last)


def decoder_layer(
    at: At, block: Named, module: nn.TransformerDecoderLayer, tgt: Tensor, memory: Tensor, **masks: Any
) -> Seen:
    """``nn.TransformerDecoderLayer``."""
    return _decoder(at, block, [module], tgt, memory, masks)


def decoder(
    at: At, block: Named, module: nn.TransformerDecoder, tgt: Tensor, memory: Tensor, **masks: Any
) -> Seen:
    """``nn.TransformerDecoder``: its layers as a repeat, followed by the norm."""
    layers = [cast("nn.TransformerDecoderLayer", each) for each in module.layers]
    return _normed(at, module.norm, _decoder(at, block, layers, tgt, memory, masks))


def _encoder(
    at: At,
    block: Named,
    layers: list[nn.TransformerEncoderLayer],
    src: Tensor,
    src_mask: Tensor | None,
    padding: Tensor | None,
    result: Tensor,
) -> Seen:
    first = layers[0]
    x = _sequence(at, src, first.self_attn)
    inputs = {} if padding is None else {"mask": at.mask(padding, real=False)}
    blocks = [_variant("encoder", each, src_mask is not None and causal(at, src_mask)) for each in layers]
    weights = [
        _weights(at, each, {"attend": "self_attn"}, {"attend_norm": "norm1", "ffn_norm": "norm2"})
        for each in layers
    ]
    return _stacked(at, block, blocks, weights, x, inputs, result)


def _decoder(
    at: At,
    block: Named,
    layers: list[nn.TransformerDecoderLayer],
    tgt: Tensor,
    memory: Tensor,
    masks: Mapping[str, Any],
) -> Seen:
    given = {
        name: mask for name, mask in masks.items() if mask is not None and not name.endswith("is_causal")
    }
    own, padding = given.pop("tgt_mask", None), given.pop("memory_key_padding_mask", None)
    if given:
        raise Unknown(f"{next(iter(given))} has no twin in the library's block")
    first = layers[0]
    x, far = _sequence(at, tgt, first.self_attn), _sequence(at, memory, first.multihead_attn)
    inputs = {"memory": far.ref} | ({} if padding is None else {"memory_mask": at.mask(padding, real=False)})
    blocks = [_variant("decoder", each, own is not None and causal(at, own)) for each in layers]
    weights = [
        _weights(
            at,
            each,
            {"attend": "self_attn", "cross": "multihead_attn"},
            {"attend_norm": "norm1", "cross_norm": "norm2", "ffn_norm": "norm3"},
        )
        for each in layers
    ]
    return _stacked(at, block, blocks, weights, x, inputs, at.result)


def _sequence(at: At, tensor: Tensor, attention: nn.MultiheadAttention) -> Seen:
    seen = at.seen(tensor)
    if seen.folds or tensor.dim() != 3 or seen.axes != ((0, 1, 2) if attention.batch_first else (1, 0, 2)):
        raise Unknown("a graph is batch × time × dim; batch_first=False wants its input turned before it")
    return seen


def _variant(kind: str, layer: Any, is_causal: bool) -> tuple[str, Block, dict[str, Any]]:
    """The library's block, adapted to a layer's settings, and the settings of its use."""
    name = f"{kind}_layer_{'pre' if layer.norm_first else 'post'}"
    attend = settings_of(layer.self_attn)
    drops = {each.p for path, each in layer.named_children() if path.startswith("dropout")}
    drops |= {attend.pop("dropout", 0.0)}
    if kind == "decoder":
        drops |= {settings_of(layer.multihead_attn).get("dropout", 0.0)}
    eps = {each.eps for path, each in layer.named_children() if path.startswith("norm")}
    if len(drops) > 1 or len(eps) > 1:
        raise Unknown("its dropouts, or the eps of its norms, differ from one another")
    settings = {"heads": layer.self_attn.num_heads, "hidden": layer.linear1.out_features}
    (dropout,), (each_eps,) = drops, eps
    settings |= {"dropout": float(dropout)} if dropout else {}
    activation = _activation(layer.activation)
    settings |= {} if activation == "relu" else {"activation": activation}
    return name, _changed(_library()[name], each_eps, layer.linear1.bias is not None, is_causal), settings


def _activation(given: Any) -> str:
    if isinstance(given, nn.ReLU | nn.SiLU | nn.Tanh | nn.Sigmoid):
        return type(given).__name__.lower()
    if isinstance(given, nn.GELU):
        return "gelu" if given.approximate == "none" else "gelu_tanh"
    if given not in _ACTIVATIONS:
        raise Unknown(f"its activation {getattr(given, '__name__', given)} has no twin")
    return _ACTIVATIONS[given]


def _changed(block: Block, eps: float, bias: bool, is_causal: bool) -> Block:
    """The block with another eps, with or without biases, causal or not."""
    nodes: dict[str, Any] = {}
    for name, node in block.nodes.items():
        assert isinstance(node, Call)
        more: dict[str, Any] = {}
        if node.use == "norm/layer_norm" and eps != 1e-5:
            more["eps"] = eps
        if not bias and node.use in ("norm/layer_norm", "attention/multi_head", "feedforward/ffn"):
            more["bias"] = False
        settings = {**node.settings, **more}
        if name == "attend":
            settings.pop("causal", None)
            settings |= {"causal": True} if is_causal else {}
        same = settings == node.settings
        nodes[name] = node if same else replace(node, settings=cast("Frozen[str, Any]", freeze(settings)))
    return replace(block, nodes=Frozen(nodes))


def _weights(
    at: At, layer: Any, attentions: Mapping[str, str], norms: Mapping[str, str]
) -> dict[str, Tensor]:
    """The weights of a layer, by their names in the block."""
    found: dict[str, Tensor] = {}
    for name, there in attentions.items():
        parts = weights_of(at, getattr(layer, there))
        found |= {f"{name}.{part}": tensor for part, tensor in parts.items()}
    for name, there in norms.items():
        found |= {f"{name}.{part}": tensor for part, tensor in getattr(layer, there).named_parameters()}
    for name, there in (("ffn.inner", "linear1"), ("ffn.outer", "linear2")):
        found |= {f"{name}.{part}": tensor for part, tensor in getattr(layer, there).named_parameters()}
    return found


def _stacked(
    at: At,
    block: Named,
    variants: list[tuple[str, Block, dict[str, Any]]],
    weights: list[dict[str, Tensor]],
    x: Seen,
    inputs: Mapping[str, Ref],
    result: Tensor,
) -> Seen:
    """One layer, or a repeat of several equal ones."""
    (name, body, settings), *others = variants
    if any(other != (name, body, settings) for other in others):
        raise Unknown("its layers differ in their settings")
    use = block(name, body)
    if not others:
        return x.of(at.place(use, {"x": x.ref, **inputs}, settings, weights[0]), result)
    wanted = at.scope.fresh(at.name.replace("*", "layers") or "layers")
    numbered = {f"{i}.{name}": tensor for i, each in enumerate(weights) for name, tensor in each.items()}
    node = Repeat(
        count=len(variants),
        use=use,
        settings=cast("Frozen[str, Any]", freeze(settings)),
        carry=Frozen({"x": x.ref}),
        inputs=Frozen(inputs),
        freeze=at.scope.holds_still(numbered),
    )
    at.scope.nodes[wanted] = Placed(node, numbered)
    return x.of(Ref(wanted), result)


def _normed(at: At, norm: Any, last: Seen) -> Seen:
    if norm is None:
        return last
    if type(norm) is not nn.LayerNorm or not norm.elementwise_affine or len(norm.normalized_shape) != 1:
        raise Unknown("the norm behind its layers is no plain layer norm")
    weights = dict(norm.named_parameters())
    settings = {} if norm.eps == 1e-5 else {"eps": norm.eps}
    settings |= {} if "bias" in weights else {"bias": False}
    return last.of(
        at.place("norm/layer_norm", {"": last.ref}, settings, weights, wanted=f"{last.ref.node}_norm"),
        last.tensor,
    )
