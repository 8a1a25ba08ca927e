"""The blocks of the library against torch's Transformer layers: outputs and gradients, float64 to 1e-12."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call

import zoo
from tests.graphs.library import FOLDER
from tests.plugins.agreement import assert_agrees, prepared, real

DIM, HEADS, HIDDEN = 10, 2, 17
BATCH, SOURCE, TARGET = 3, 7, 5

ENCODER = """\
format: zoo/1
name: encoder
inputs: {{x: float batch time 10, mask: bool batch time}}
outputs: {{out: layer}}
nodes:
  layer: {{use: blocks.yaml#encoder_layer_{order}, with: {{heads: 2, hidden: 17}}, in: {{x: x, mask: mask}}}}
"""
DECODER = """\
format: zoo/1
name: decoder
inputs: {{x: float batch target 10, memory: float batch source 10, memory_mask: bool batch source}}
outputs: {{out: layer}}
nodes:
  layer:
    use: blocks.yaml#decoder_layer_{order}
    with: {{heads: 2, hidden: 17}}
    in: {{x: x, memory: memory, memory_mask: memory_mask}}
"""


def compiled(text: str, order: str, folder: Path) -> nn.Module:
    """A graph of one block, which it imports."""
    (folder / "blocks.yaml").write_bytes((FOLDER / "blocks.yaml").read_bytes())
    file = folder / "graph.yaml"
    file.write_text(text.format(order=order))
    return prepared(zoo.load(file).compile())


def attention(ours: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """The parameters of ``nn.MultiheadAttention``, which keeps three matrices as one."""
    stacked = {
        f"in_proj_{kind}": torch.cat(
            [ours[f"layer.{name}.{part}.{kind}"] for part in ("query", "key", "value")]
        )
        for kind in ("weight", "bias")
    }
    return stacked | {f"out_proj.{kind}": ours[f"layer.{name}.out.{kind}"] for kind in ("weight", "bias")}


def borrowed(
    model: nn.Module, attentions: Mapping[str, str], others: Mapping[str, str]
) -> Callable[[], dict[str, Tensor]]:
    """Torch's names with our parameters."""

    def parameters() -> dict[str, Tensor]:
        ours = dict(model.named_parameters())
        found = {
            f"{theirs}.{key}": value
            for theirs, name in attentions.items()
            for key, value in attention(ours, name).items()
        }
        for theirs, name in others.items():
            found |= {f"{theirs}.{kind}": ours[f"layer.{name}.{kind}"] for kind in ("weight", "bias")}
        return found

    return parameters


@pytest.mark.parametrize("order", ["pre", "post"])
def test_encoder_layers_are_torchs(order: str, tmp_path: Path) -> None:
    model = compiled(ENCODER, order, tmp_path)
    peer = nn.TransformerEncoderLayer(
        DIM, HEADS, HIDDEN, dropout=0.0, batch_first=True, norm_first=order == "pre", dtype=torch.float64
    )
    names = {"linear1": "ffn.inner", "linear2": "ffn.outer", "norm1": "attend_norm", "norm2": "ffn_norm"}
    own = borrowed(model, {"self_attn": "attend"}, names)
    mask = real([7, 3, 1], SOURCE)

    def oracle(x: Tensor) -> Tensor:
        return functional_call(peer, own(), (x,), {"src_key_padding_mask": ~mask})[mask]

    x = torch.randn(BATCH, SOURCE, DIM).double()
    assert_agrees(model, oracle, x, ours=lambda x: model(x, mask)[mask], within=1e-12)


@pytest.mark.parametrize("order", ["pre", "post"])
def test_decoder_layers_are_torchs(order: str, tmp_path: Path) -> None:
    model = compiled(DECODER, order, tmp_path)
    peer = nn.TransformerDecoderLayer(
        DIM, HEADS, HIDDEN, dropout=0.0, batch_first=True, norm_first=order == "pre", dtype=torch.float64
    )
    names = {"linear1": "ffn.inner", "linear2": "ffn.outer"}
    names |= {"norm1": "attend_norm", "norm2": "cross_norm", "norm3": "ffn_norm"}
    own = borrowed(model, {"self_attn": "attend", "multihead_attn": "cross"}, names)
    mask = real([7, 3, 1], SOURCE)
    later = torch.ones(TARGET, TARGET, dtype=torch.bool).triu(1)

    def oracle(x: Tensor, memory: Tensor) -> Tensor:
        flags = {"tgt_mask": later, "memory_key_padding_mask": ~mask}
        return functional_call(peer, own(), (x, memory), flags)

    x, memory = torch.randn(BATCH, TARGET, DIM).double(), torch.randn(BATCH, SOURCE, DIM).double()
    assert_agrees(model, oracle, x, memory, ours=lambda x, memory: model(x, memory, mask), within=1e-12)


@pytest.mark.parametrize("text", [ENCODER, DECODER], ids=["encoder", "decoder"])
def test_what_adds_nothing_is_left_out_of_a_pre_norm_layer(text: str, tmp_path: Path) -> None:
    model = compiled(text, "pre", tmp_path)
    for name, parameter in model.named_parameters():
        if ".out." in name or ".outer." in name:
            nn.init.zeros_(parameter)
    x, memory = torch.randn(BATCH, SOURCE, DIM).double(), torch.randn(BATCH, SOURCE, DIM).double()
    more = [real([7, 3, 1], SOURCE)] if text is ENCODER else [memory, real([7, 3, 1], SOURCE)]
    assert torch.equal(model(x, *more), x)
