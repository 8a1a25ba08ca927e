"""BigBird against its dense mask, whose random blocks are drawn by hand."""

from typing import Any

import pytest
import torch
from torch import Tensor

from tests.plugins.agreement import assert_agrees, borrowing, gradients, prepared, real
from tests.plugins.attention.made import BATCH, DIM, MEMORY, NAN, VALUE, heads_by_formula, many_heads, rand
from zoo_attention.big_bird import ROWS, BigBird

BLOCK, HEADS = 2, 3


def big_bird(random: int, **settings: Any) -> BigBird:
    sizes: dict[str, Any] = {"dim": DIM, "heads": HEADS, "key_dim": DIM, "value_dim": DIM, "block": BLOCK}
    return prepared(BigBird(random_blocks=random, **(sizes | settings)))


def blocks_by_hand(layer: BigBird, head: int, block: int, blocks: int) -> set[int]:
    """The blocks that a block sees, by the words of the paper: each draw takes one of those left."""
    if block in (0, blocks - 1):
        return set(range(blocks))
    seen = {block - 1, block, block + 1, 0, blocks - 1}
    rest = [other for other in range(blocks) if other not in seen]
    for draw in layer.draws[head, block % ROWS]:
        if rest:
            seen.add(rest.pop(int(draw) % len(rest)))
    return seen


def dense(layer: BigBird, mask: Tensor) -> Tensor:
    """Where each query of each head may attend, row by row of the batch."""
    batch, time = mask.shape
    allowed = torch.zeros(batch, HEADS, time, time).bool()
    for row in range(batch):
        places = [i for i in range(time) if mask[row, i]]
        blocks = max(places, default=0) // layer.block + 1
        for head in range(HEADS):
            for i in range(min(time, blocks * layer.block)):
                for block in blocks_by_hand(layer, head, i // layer.block, blocks):
                    allowed[row, head, i, block * layer.block : (block + 1) * layer.block] = True
    return allowed & mask[:, None, None, :]


@pytest.mark.parametrize("random", [0, 1, 3])
@pytest.mark.parametrize("lengths", [None, (23, 0, 13)], ids=str)
def test_big_bird_is_its_dense_mask(random: int, lengths: tuple[int, ...] | None) -> None:
    layer, time = big_bird(random, key_dim=MEMORY, value_dim=VALUE), 23
    mask = torch.ones(BATCH, time).bool() if lengths is None else real(lengths, time)
    if lengths is not None:
        mask[0, 5:11] = False  # a hole of whole blocks
    allowed = dense(layer, mask)
    # What stands behind a sequence's end gets what nobody reads.
    inside = torch.ones(BATCH, time).bool() if lengths is None else real(lengths, time)

    def ours(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        return layer(query, key, value, None if lengths is None else mask)[inside]

    assert_agrees(
        layer,
        lambda q, k, v: heads_by_formula(layer, q, k, v, allowed)[inside],
        *[rand(BATCH, time, n) for n in (DIM, MEMORY, VALUE)],
        ours=ours,
    )


@pytest.mark.parametrize("time", [0, 1, BLOCK, BLOCK + 1, 4 * BLOCK])
def test_a_sequence_may_have_any_length(time: int) -> None:
    layer = big_bird(1)
    allowed = dense(layer, torch.ones(BATCH, time).bool())
    assert_agrees(
        layer,
        lambda x: heads_by_formula(layer, x, x, x, allowed),
        rand(BATCH, time, DIM),
        ours=lambda x: layer(x, x, x),
    )


def test_where_all_blocks_are_seen_it_is_multi_head() -> None:
    layer, x, mask = big_bird(3), rand(BATCH, 7 * BLOCK, DIM), real([14, 13, 9], 14)
    full = borrowing(many_heads(heads=HEADS), lambda: dict(layer.named_parameters()))
    assert_agrees(
        layer, lambda x: full(x, x, x, mask).out[mask], x, ours=lambda x: layer(x, x, x, mask)[mask]
    )


def test_random_blocks_differ_by_head_and_block_and_stay() -> None:
    layer, x = big_bird(2), rand(BATCH, 40, DIM)
    seen = [blocks_by_hand(layer, head, block, 20) for head in range(HEADS) for block in range(5, 8)]
    assert len(set(map(frozenset, seen))) > 6
    again = BigBird(DIM, HEADS, DIM, DIM, BLOCK, 2).double()
    again.load_state_dict(layer.state_dict())
    out = layer(x, x, x)
    assert torch.equal(again(x, x, x), out)
    assert torch.equal(again.eval()(x, x, x), out)
    assert torch.equal(layer.draws, layer.to(torch.bfloat16).draws)


@pytest.mark.parametrize("padding", [NAN, torch.inf, 1e300], ids=str)
def test_what_stands_in_padding_never_shows(padding: float) -> None:
    layer, mask, clean = big_bird(1), real([19, 11, 0], 19), rand(BATCH, 19, DIM)
    results: list[list[Tensor]] = []
    for content in (0.0, padding):
        x = torch.where(mask[..., None], clean, content).requires_grad_()
        out = layer(x, x, x, mask)[mask]
        results.append([out, *gradients([out], [x, *layer.parameters()], [torch.ones_like(out).cumsum(-1)])])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other)
        assert other.isfinite().all()


def test_a_sequence_alone_gets_what_it_gets_in_a_padded_batch() -> None:
    layer, mask, x = big_bird(2), real([29, 17, 1], 29), rand(BATCH, 29, DIM)
    together = layer(x, x, x, mask)
    for row, length in enumerate([29, 17, 1]):
        alone = x[row : row + 1, :length]
        torch.testing.assert_close(layer(alone, alone, alone), together[row : row + 1, :length])


def test_dropout_drops_in_training_alone() -> None:
    layer, x = big_bird(1, dropout=0.5), rand(BATCH, 19, DIM)
    assert not torch.isclose(layer(x, x, x), layer.eval()(x, x, x)).any()


def test_dim_divides_into_heads() -> None:
    for refuse in (lambda: BigBird(10, 3, 10, 10), lambda: BigBird.shapes({"dim": 10, "heads": 3}, {})):
        with pytest.raises(ValueError, match="10 does not divide into 3 heads; make dim a multiple of heads"):
            refuse()
