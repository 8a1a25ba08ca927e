"""Sparse maps to the simplex against those of the package entmax."""

from typing import Any

import pytest
import torch
from torch import nn

from tests.plugins.agreement import assert_agrees
from zoo_basic.sparse import Entmax, Sparsemax

peer: Any = pytest.importorskip("entmax", reason="the peer 'entmax' is in the extra test-peers")


@pytest.mark.parametrize(
    ("layer", "theirs"),
    [(Entmax(), peer.entmax15), (Sparsemax(), peer.sparsemax)],
    ids=["entmax", "sparsemax"],
)
@pytest.mark.parametrize("size", [1.0, 30.0])
def test_sparse_shares(layer: nn.Module, theirs: Any, size: float) -> None:
    assert_agrees(layer, lambda x: theirs(x, dim=-1), size * torch.randn(3, 5, 11).double())
