"""Sliding-window attention against its dense mask, in whole and in pieces."""

import itertools
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.plugins.agreement import assert_agrees, borrowing, gradients, prepared, real
from tests.plugins.attention.made import BATCH, DIM, MEMORY, NAN, VALUE, heads_by_formula, many_heads, rand
from tests.plugins.streams import assert_streams
from zoo.errors import InputError
from zoo_attention.sliding_window import SlidingWindow
from zoo_attention.window import is_short

BLOCK = 5  # small enough that short sequences have several

HEADS = 3

directions = pytest.mark.parametrize("causal", [True, False], ids=["causal", "both"])


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    def small(window: int) -> int:
        return BLOCK

    def never(time: int, window: int) -> bool:
        return False

    monkeypatch.setattr("zoo_attention.sliding_window.block_of", small)
    monkeypatch.setattr("zoo_attention.sliding_window.is_short", never)


def sliding(window: int, **settings: Any) -> SlidingWindow:
    sizes: dict[str, Any] = {"dim": DIM, "heads": HEADS, "key_dim": DIM, "value_dim": DIM}
    return prepared(SlidingWindow(window=window, **(sizes | settings)))


def dense(layer: SlidingWindow, mask: Tensor) -> Tensor:
    """The pattern, by its definition, with the mask of keys."""
    time = mask.shape[1]
    allowed = torch.zeros(time, time).bool()
    for i, j in itertools.product(range(time), repeat=2):
        seen_by_all = j < layer.global_tokens
        sees_all = i < layer.global_tokens and not layer.causal
        near = abs(i - j) < layer.window
        allowed[i, j] = (near or seen_by_all or sees_all) and (j <= i or not layer.causal)
    return allowed & mask.unsqueeze(1)


@directions
@pytest.mark.parametrize("window", [1, 3, 40])
@pytest.mark.parametrize("tokens", [0, 2])
@pytest.mark.parametrize("lengths", [None, (11, 0, 4)], ids=str)
def test_a_window_is_its_dense_mask(
    causal: bool, window: int, tokens: int, lengths: tuple[int, ...] | None
) -> None:
    layer = sliding(window, causal=causal, global_tokens=tokens, key_dim=MEMORY, value_dim=VALUE)
    time = 11
    mask = torch.ones(BATCH, time).bool() if lengths is None else real(lengths, time)
    if lengths is not None:
        mask[0, 2:6] = False  # a hole as wide as a window
    inputs = [rand(BATCH, time, n) for n in (DIM, MEMORY, VALUE)]
    allowed = dense(layer, mask)
    assert_agrees(
        layer,
        lambda q, k, v: heads_by_formula(layer, q, k, v, allowed),
        *inputs,
        ours=lambda q, k, v: layer(q, k, v, None if lengths is None else mask),
    )


@directions
@pytest.mark.parametrize("tokens", [0, 2])
def test_a_short_sequence_is_done_at_once(causal: bool, tokens: int, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = sliding(3, causal=causal, global_tokens=tokens)
    x, mask = rand(BATCH, 11, DIM), real([11, 0, 4], 11)
    mask[0, 2:6] = False
    monkeypatch.setattr("zoo_attention.sliding_window.is_short", is_short)
    assert is_short(11, 3)
    assert is_short(512, 256)
    assert not is_short(513, 256)
    assert_agrees(
        layer,
        lambda x: heads_by_formula(layer, x, x, x, dense(layer, mask)),
        x,
        ours=lambda x: layer(x, x, x, mask),
    )


@directions
@pytest.mark.parametrize("time", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1])
def test_a_sequence_may_have_any_length(causal: bool, time: int) -> None:
    layer = sliding(3, causal=causal, global_tokens=2)
    allowed = dense(layer, torch.ones(BATCH, time).bool())
    assert_agrees(
        layer,
        lambda x: heads_by_formula(layer, x, x, x, allowed),
        rand(BATCH, time, DIM),
        ours=lambda x: layer(x, x, x),
    )


@directions
def test_a_window_that_has_all_is_multi_head(causal: bool) -> None:
    layer, x = sliding(11, causal=causal), rand(BATCH, 11, DIM)
    full = borrowing(many_heads(causal=causal, heads=HEADS), lambda: dict(layer.named_parameters()))
    assert_agrees(layer, lambda x: full(x, x, x).out, x, ours=lambda x: layer(x, x, x))


@pytest.mark.parametrize("window", [1, 3, 9])
@pytest.mark.parametrize("tokens", [0, 2])
def test_pieces_are_the_whole(window: int, tokens: int) -> None:
    layer, x = sliding(window, global_tokens=tokens), rand(BATCH, 7, DIM)
    assert_streams(layer, {"query": x, "key": x, "value": x, "mask": torch.rand(BATCH, 7) < 0.7})


def test_a_stream_keeps_no_more_than_the_window() -> None:
    layer, x = sliding(4, global_tokens=2), rand(BATCH, 11, DIM)
    _, state = layer.step(x, x, x, layer.initial_state(BATCH, x.device, x.dtype))
    assert state.seen == 11
    assert (state.key.shape[2], state.front_key.shape[2]) == (3, 2)


def test_both_sides_cannot_be_had_in_pieces() -> None:
    with pytest.raises(InputError, match="streams only if it looks back alone; set causal: true"):
        sliding(3, causal=False).initial_state(1, torch.device("cpu"), torch.float32)


@directions
@pytest.mark.parametrize("padding", [NAN, torch.inf, 1e300], ids=str)
def test_what_stands_in_padding_never_shows(causal: bool, padding: float) -> None:
    layer, mask, clean = (
        sliding(3, causal=causal, global_tokens=1),
        real([11, 6, 0], 11),
        rand(BATCH, 11, DIM),
    )
    results: list[list[Tensor]] = []
    for content in (0.0, padding):
        x = torch.where(mask[..., None], clean, content).requires_grad_()
        out = layer(x, x, x, mask)[mask]
        results.append([out, *gradients([out], [x, *layer.parameters()], [torch.ones_like(out).cumsum(-1)])])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other)
        assert other.isfinite().all()


def test_nothing_beyond_the_window_reaches_a_step() -> None:
    layer, x = sliding(4, global_tokens=1), rand(BATCH, 9, DIM)
    before = layer(x, x, x)
    for place in range(1, 9):
        changed = x.clone()
        changed[:, place] = rand(BATCH, DIM)
        differs = (layer(changed, changed, changed) != before).any(-1).all(0)
        assert differs.nonzero().flatten().tolist() == list(range(place, min(9, place + 4)))


def test_dropout_drops_in_training_alone() -> None:
    layer, x = sliding(4, dropout=0.5), rand(BATCH, 11, DIM)
    assert not torch.isclose(layer(x, x, x), layer.eval()(x, x, x)).any()


def test_nothing_as_large_as_the_square_of_the_length_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    largest: dict[int, int] = {}

    for time in (512, 1024):
        layer, x = sliding(8, global_tokens=2, causal=False), rand(1, time, DIM).requires_grad_()
        sizes: list[int] = []

        def weigh(saved: Tensor, sizes: list[int] = sizes) -> Tensor:
            sizes.append(saved.numel())
            return saved

        with torch.autograd.graph.saved_tensors_hooks(weigh, lambda saved: saved):
            layer(x, x, x)
        largest[time] = max(sizes)
    assert largest[1024] <= 2 * largest[512]
