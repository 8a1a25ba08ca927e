"""Linformer against its formula, and against full attention where E = F = I."""

from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import zoo
from tests.plugins.agreement import assert_agrees, borrowing, frozen, gradients, prepared, real, without
from tests.plugins.attention.made import BATCH, DIM, KEYS, MEMORY, NAN, QUERIES, VALUE, rand
from zoo.errors import InputError
from zoo_attention.linformer import Linformer, Sharing
from zoo_attention.multi_head import MultiHead

HEADS, RANK, LONGEST = 3, 2, 13

sharings = pytest.mark.parametrize("sharing", ["none", "headwise", "key_value"])


def linformer(sharing: Sharing = "headwise", **settings: Any) -> Linformer:
    sizes: dict[str, Any] = {"dim": DIM, "heads": HEADS, "key_dim": DIM, "value_dim": DIM}
    sizes |= {"max_length": LONGEST, "rank": RANK}
    return prepared(Linformer(sharing=sharing, **(sizes | settings)))


def formula(
    layer: Linformer,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    *,
    weights: bool = False,
) -> list[Tensor]:
    """Head by head, as the paper has it: project, zero what is padding, mix, attend."""
    part = DIM // HEADS
    mask = torch.ones(key.shape[:2]).bool() if mask is None else mask
    downs = layer.down_key, layer.down_key if layer.down_value is None else layer.down_value
    heads: list[Tensor] = []
    shares: list[Tensor] = []
    for h in range(HEADS):
        e, f = ((down[h] if down.dim() == 3 else down)[: key.shape[1]].t() for down in downs)
        cut = slice(h * part, (h + 1) * part)
        keys = torch.where(mask[..., None], layer.key(key)[..., cut], 0.0)
        values = torch.where(mask[..., None], layer.value(value)[..., cut], 0.0)
        scores = layer.query(query)[..., cut] @ (e @ keys).mT / part**0.5
        shares.append(scores.softmax(-1) * mask.any(-1)[:, None, None])
        heads.append(shares[-1] @ (f @ values))
    out = layer.out(torch.cat(heads, -1)) * mask.any(-1)[:, None, None]
    return [out, torch.stack(shares, 1)] if weights else [out]


@sharings
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("lengths", [None, (7, 0, 2)], ids=str)
@pytest.mark.parametrize("weights", [True, False])
def test_linformer_is_its_formula(
    sharing: Sharing, bias: bool, lengths: tuple[int, ...] | None, weights: bool
) -> None:
    layer = linformer(sharing, key_dim=MEMORY, value_dim=VALUE, bias=bias)
    inputs = [rand(BATCH, QUERIES, DIM), rand(BATCH, KEYS, MEMORY), rand(BATCH, KEYS, VALUE)]
    mask = [] if lengths is None else [real(lengths, KEYS)]
    assert_agrees(layer, partial(formula, layer), *inputs, *mask, weights=weights)


@sharings
@pytest.mark.parametrize("time", [0, 1, LONGEST])
def test_a_sequence_may_have_any_length_up_to_the_longest(sharing: Sharing, time: int) -> None:
    layer = linformer(sharing)
    x = rand(BATCH, time, DIM)
    assert_agrees(layer, lambda x: formula(layer, x, x, x), x, ours=lambda x: layer(x, x, x))


def test_a_longer_sequence_is_refused_by_name_and_length() -> None:
    x = rand(BATCH, LONGEST + 1, DIM)
    with pytest.raises(InputError, match="linformer mixes at most 13 keys, and the sequence has 14"):
        linformer()(x, x, x)
    problems = zoo.check(zoo.loads(LONG))
    assert [problem.code for problem in problems] == ["layer-refuses"]
    assert "mixes at most 12 keys, and the sequence has 20" in problems[0].message


LONG = """
format: zoo/1
name: long
inputs: {x: float batch 20 8}
outputs: {y: mix.out}
nodes:
  mix: {use: attention/linformer, with: {heads: 2, max_length: 12, rank: 3}, in: {query: x, key: x, value: x}}
"""


@sharings
def test_with_the_identity_it_is_full_attention(sharing: Sharing) -> None:
    layer = frozen(linformer(sharing, max_length=KEYS, rank=KEYS), "down")
    with torch.no_grad():
        for down in (layer.down_key, layer.down_value):
            if down is not None:
                down.copy_(torch.eye(KEYS))
    full = borrowing(MultiHead(DIM, HEADS, DIM, DIM), lambda: without(layer, "down"))
    assert_agrees(layer, full, *[rand(BATCH, n, DIM) for n in (QUERIES, KEYS, KEYS)], weights=True)


@pytest.mark.parametrize(("sharing", "matrices"), [("none", 2 * HEADS), ("headwise", 2), ("key_value", 1)])
def test_sharing_says_how_many_matrices_there_are(sharing: Sharing, matrices: int) -> None:
    found = [x.numel() for name, x in linformer(sharing).named_parameters() if "down" in name]
    assert sum(found) == matrices * LONGEST * RANK


@sharings
@pytest.mark.parametrize("padding", [NAN, torch.inf, 1e300], ids=str)
def test_what_stands_in_padding_never_shows(sharing: Sharing, padding: float) -> None:
    layer, mask = linformer(sharing), real([KEYS, 0, 2], KEYS)
    results: list[list[Tensor]] = []
    clean = rand(BATCH, KEYS, DIM)
    for content in (0.0, padding):
        x = torch.where(mask[..., None], clean, content).requires_grad_()
        out = layer(x, x, x, mask).out[mask]
        results.append([out, *gradients([out], [x, *layer.parameters()], [torch.ones_like(out).cumsum(-1)])])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other)
        assert other.isfinite().all()


@sharings
def test_a_sequence_alone_gets_what_it_gets_in_a_padded_batch(sharing: Sharing) -> None:
    layer, mask, x = linformer(sharing), real([KEYS, 3, 1], KEYS), rand(BATCH, KEYS, DIM)
    together = layer(x, x, x, mask).out
    for row, length in enumerate([KEYS, 3, 1]):
        alone = x[row : row + 1, :length]
        torch.testing.assert_close(layer(alone, alone, alone).out, together[row : row + 1, :length])


def test_dropout_drops_in_training_alone() -> None:
    layer, x = linformer(dropout=0.5), rand(BATCH, KEYS, DIM)
    assert not torch.isclose(layer(x, x, x).out, layer.eval()(x, x, x).out).any()


def test_dim_divides_into_heads() -> None:
    for refuse in (
        lambda: Linformer(10, 3, 10, 10, 5, 2),
        lambda: Linformer.shapes({"dim": 10, "heads": 3}, {}),
    ):
        with pytest.raises(ValueError, match="10 does not divide into 3 heads; make dim a multiple of heads"):
            refuse()


LAYERWISE = """\
format: zoo/1
name: layerwise
inputs: {x: float batch time 6, mask: bool batch time}
outputs: {out: second}
nodes:
  first:
    use: attention/linformer
    with: {heads: 3, max_length: 13, rank: 2, sharing: key_value}
    in: {query: x, key: x, value: x, mask: mask}
  second:
    use: attention/linformer
    with: {heads: 3, max_length: 13, rank: 2, sharing: key_value}
    tie: {down_key: first.down_key}
    in: {query: first, key: first, value: first, mask: mask}
"""


def test_layers_share_a_matrix_by_a_tie_in_the_graph() -> None:
    model: nn.Module = zoo.loads(LAYERWISE).compile()
    downs = [name for name, _ in model.named_parameters() if "down" in name]
    assert downs == ["first.down_key"]
    out: Tensor = model(torch.randn(2, 11, 6), torch.ones(2, 11).bool())
    (gradient,) = torch.autograd.grad(out.sum(), [model.get_parameter("first.down_key")])
    assert gradient[:11].ne(0).all()
    assert gradient[11:].eq(0).all()
