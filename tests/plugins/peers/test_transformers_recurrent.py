"""Mamba, Gated DeltaNet and the matrix LSTM against Hugging Face's transformers, with the weights of ours.

There, a layer is a whole block with its convolution; so the functions inside are called, which walk the steps
one by one.
"""

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from tests.plugins.agreement import assert_agrees, prepared
from zoo_attention.gated_delta_net import GatedDeltaNet
from zoo_attention.heads import split
from zoo_recurrent.mlstm_sequence import MLSTM
from zoo_recurrent.selective_ssm import SelectiveSSM

WHY = "the peer 'transformers' is in the extra test-peers"
qwen: Any = pytest.importorskip("transformers.models.qwen3_next.modeling_qwen3_next", reason=WHY)
mamba: Any = pytest.importorskip("transformers.models.mamba.modeling_mamba", reason=WHY)
xlstm: Any = pytest.importorskip("transformers.models.xlstm.modeling_xlstm", reason=WHY)

BATCH, TIME, DIM, HEADS = 3, 7, 10, 2


@pytest.fixture(autouse=True)
def _in_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    """Theirs go to float32 inside, whatever comes; here that is float64."""
    monkeypatch.setattr(torch, "float32", torch.float64)
    monkeypatch.setattr(Tensor, "float", Tensor.double)


def x() -> Tensor:
    return torch.randn(BATCH, TIME, DIM).double()


def test_selective_ssm() -> None:
    state, rank = 5, 3
    layer = prepared(SelectiveSSM(DIM, state, rank))

    def theirs(x: Tensor) -> tuple[Tensor, Tensor]:
        low, write, read = (x @ layer.project.T).tensor_split([rank, rank + state], -1)
        inputs = x.mT, (low @ layer.step_weight.T).mT, -layer.rates.exp().view(DIM, state), write.mT, read.mT
        settings = {"D": layer.skip, "delta_bias": layer.step_bias, "delta_softplus": True}
        out, last = mamba.mamba_selective_scan(*inputs, **settings, return_last_state=True)
        return out.mT, last

    assert_agrees(layer, theirs, x())


@pytest.mark.parametrize("rule", ["torch_recurrent_gated_delta_rule", "torch_chunk_gated_delta_rule"])
def test_gated_delta_rule(rule: str) -> None:
    layer = prepared(GatedDeltaNet(DIM, HEADS))
    part = DIM // HEADS

    def theirs(x: Tensor) -> Tensor:
        query, key, value = (
            F.silu(linear(x)).view(BATCH, TIME, HEADS, part)
            for linear in (layer.query, layer.key, layer.value)
        )
        decay = -layer.speed.exp() * F.softplus(layer.decay(x) + layer.shift)
        query, key = (F.normalize(each, dim=-1) for each in (query, key))
        query = query * math.sqrt(part)  # by which it is divided there
        found, _ = getattr(qwen, rule)(query, key, value, decay, layer.rate(x).sigmoid())
        even = F.rms_norm(found, [part], eps=1e-6).flatten(2)
        return layer.out(F.silu(layer.gate(x)) * even)

    assert_agrees(layer, theirs, x())


def test_matrix_lstm() -> None:
    layer = prepared(MLSTM(DIM, 6, HEADS))

    def theirs(x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        query, key, value, show = (x @ layer.cell.weight.T).chunk(4, -1)
        heads = [split(each, 3) for each in (query, key, value)]
        write, keep = (x @ layer.cell.gates.T + layer.cell.gates_bias).mT.chunk(2, 1)
        settings = {"return_last_states": True, "eps": 0.0, "dtype_state": torch.float64}
        found, (c, n, m) = xlstm.mlstm_recurrent_sequence_native(*heads, write, keep, **settings)
        out = (show + layer.cell.bias).sigmoid() * found.transpose(1, 2).flatten(2)
        return out, c.mT / math.sqrt(3), n / math.sqrt(3), m.squeeze(2)  # there, queries are scaled, not keys

    assert_agrees(layer, theirs, x())
