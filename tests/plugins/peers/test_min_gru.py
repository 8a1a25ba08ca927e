"""The minimal GRU against minGRU-pytorch, which adds up logarithms, with the weights of ours."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from tests.plugins.agreement import assert_agrees, borrowing, prepared
from zoo_recurrent.min_gru import MinGRU

peer: Any = pytest.importorskip(
    "minGRU_pytorch.minGRU", reason="the peer 'minGRU-pytorch' is in the extra test-peers"
)

BATCH, TIME, INPUT, HIDDEN = 3, 7, 5, 11


def test_min_gru() -> None:
    layer = prepared(MinGRU(INPUT, HIDDEN))
    wide = INPUT + 1  # it has no bias, so that ours is the weight of a one
    module = peer.minGRU(wide, expansion_factor=HIDDEN / wide + 1e-9, proj_out=False)

    def parameters() -> dict[str, Tensor]:
        gate, new = torch.cat([layer.weight, layer.bias.unsqueeze(1)], 1).chunk(2)
        return {"to_hidden_and_gate.weight": torch.cat([new, gate])}

    oracle = borrowing(module, parameters)

    def theirs(x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        out, last = oracle(F.pad(x, (0, 1), value=1.0), h.unsqueeze(1), return_next_prev_hidden=True)
        return out, last.squeeze(1)

    x, h = torch.randn(BATCH, TIME, INPUT).double(), torch.rand(BATCH, HIDDEN).double() + 0.1
    assert_agrees(layer, theirs, x, h, ours=lambda x, h: layer(x, None, h))
