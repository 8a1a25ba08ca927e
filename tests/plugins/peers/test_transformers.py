"""BigBird, waves and experts against Hugging Face's transformers, with the weights of ours."""

from typing import Any

import pytest
import torch
from torch import Tensor

from tests.plugins.agreement import assert_agrees, borrowing, prepared
from tests.plugins.attention.test_big_bird import blocks_by_hand
from zoo_attention.big_bird import BigBird
from zoo_feedforward.mixture import MixtureOfExperts
from zoo_position.sinusoidal import Sinusoidal

WHY = "the peer 'transformers' is in the extra test-peers"
peer: Any = pytest.importorskip("transformers.models.big_bird.modeling_big_bird", reason=WHY)
marian: Any = pytest.importorskip("transformers.models.marian.modeling_marian", reason=WHY)
mixtral: Any = pytest.importorskip("transformers.models.mixtral.modeling_mixtral", reason=WHY)

BATCH, HEADS, PART, BLOCK, BLOCKS = 3, 2, 5, 3, 11
DIM, TIME = HEADS * PART, BLOCK * BLOCKS


@pytest.mark.parametrize("random", [1, 2])
@pytest.mark.parametrize("padded", [False, True])
def test_big_bird(random: int, padded: bool) -> None:
    layer = prepared(BigBird(DIM, HEADS, DIM, DIM, block=BLOCK, random_blocks=random))
    config = peer.BigBirdConfig(
        hidden_size=DIM,
        num_attention_heads=HEADS,
        num_random_blocks=random,
        block_size=BLOCK,
        max_position_embeddings=TIME,
    )
    # in training, for in evaluation all its random blocks are block 0
    module = peer.BigBirdBlockSparseAttention(config).train()

    def ours(**_: Any) -> list[Any]:
        return drawn(layer)

    module._bigbird_block_rand_mask_with_head = ours
    real = torch.rand(BATCH, TIME) < 0.7 if padded else torch.ones(BATCH, TIME).bool()
    real[:, -1] = True  # ours ends a sequence with its last real token
    blocked, band, of_queries, of_keys = peer.BigBirdModel.create_masks_for_block_sparse_attn(
        real.double(), BLOCK
    )
    oracle = borrowing(
        module,
        lambda: {
            f"{name}.{kind}": getattr(getattr(layer, name), kind)
            for name in ("query", "key", "value")
            for kind in ("weight", "bias")
        },
    )

    def theirs(x: Tensor) -> Tensor:
        got, _ = oracle(x, band, of_queries, of_keys, blocked, blocked)
        return layer.out(got)[real]

    x = torch.randn(BATCH, TIME, DIM).double()
    assert_agrees(layer, theirs, x, ours=lambda x: layer(x, x, x, real)[real])


def drawn(layer: BigBird) -> list[Any]:
    """The random blocks of each head and each block that is no end, as theirs has them."""
    found: list[Any] = []
    for head in range(HEADS):
        rows: list[list[int]] = []
        for block in range(1, BLOCKS - 1):
            near = {0, block - 1, block, block + 1, BLOCKS - 1}
            rows.append(sorted(blocks_by_hand(layer, head, block, BLOCKS) - near))
        found.append(torch.tensor(rows).numpy())
    return found


@pytest.mark.parametrize("dim", [14, 15])
def test_waves_in_halves(dim: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "FloatTensor", torch.tensor)  # theirs are float32, whatever they are kept in
    rows = marian.MarianSinusoidalPositionalEmbedding(TIME, dim).double().create_weight()
    x = torch.randn(BATCH, TIME, dim).double()
    assert_agrees(Sinusoidal("half"), lambda x: x + rows, x)


def test_mixture_of_experts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tensor, "float", Tensor.double)  # in which theirs chooses
    layer = prepared(MixtureOfExperts(DIM, 7, experts=5, top=2))
    config = mixtral.MixtralConfig(
        hidden_size=DIM, intermediate_size=7, num_local_experts=5, num_experts_per_tok=2
    )

    def parameters() -> dict[str, Tensor]:
        assert layer.inner is not None
        both = torch.cat([layer.gate, layer.inner], 1)
        experts = {"experts.gate_up_proj": both, "experts.down_proj": layer.outer}
        return {"gate.weight": layer.router.weight, **experts}

    theirs = borrowing(mixtral.MixtralSparseMoeBlock(config), parameters)
    assert_agrees(layer, theirs, torch.randn(BATCH, TIME, DIM).double(), ours=lambda x: layer(x).out)
