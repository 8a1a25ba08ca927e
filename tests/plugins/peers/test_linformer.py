"""Linformer against the package of its name, with the weights of ours."""

from typing import Any

import pytest
import torch
from torch import Tensor

from tests.plugins.agreement import assert_agrees, borrowing, prepared
from zoo_attention.linformer import Linformer

peer: Any = pytest.importorskip("linformer", reason="the peer 'linformer' is in the extra test-peers")

BATCH, DIM, HEADS, LONGEST, RANK = 3, 6, 3, 13, 2


@pytest.mark.parametrize("time", [7, LONGEST])
@pytest.mark.parametrize("shared", [False, True], ids=["headwise", "key_value"])
def test_linformer(shared: bool, time: int) -> None:
    sharing = "key_value" if shared else "headwise"
    layer = prepared(Linformer(DIM, HEADS, DIM, DIM, LONGEST, RANK, sharing, bias=False))
    if shared:
        layer.value.weight = layer.key.weight  # there, one map makes keys and values
    module = peer.LinformerSelfAttention(DIM, LONGEST, RANK, HEADS, share_kv=shared)

    def parameters() -> dict[str, Tensor]:
        linear = {"to_q": layer.query, "to_k": layer.key, "to_out": layer.out}
        linear |= {} if shared else {"to_v": layer.value}
        found: dict[str, Tensor] = {f"{name}.weight": own.weight for name, own in linear.items()}
        found |= {"to_out.bias": torch.zeros(DIM).double(), "proj_k": layer.down_key}
        return found | ({} if layer.down_value is None else {"proj_v": layer.down_value})

    x = torch.randn(BATCH, time, DIM).double()
    assert_agrees(layer, borrowing(module, parameters), x, ours=lambda x: layer(x, x, x).out)
