"""The keys of the past: written behind what is there, unless somebody else could see it."""

import pytest
import torch
from torch import Tensor

from tests.plugins.attention.made import many_heads, rand
from zoo.streaming import reordered
from zoo_attention.cache import BLOCK, Past, appended, nothing

SHAPE = (2, 3, 1, 5)

ungraded = torch.no_grad()


def begun() -> Past:
    past = nothing(2, 3, 5, torch.device("cpu"), torch.float64)
    return appended(past, rand(*SHAPE), rand(*SHAPE), None)


@ungraded
def test_a_step_writes_behind_the_past() -> None:
    past = begun()
    key, value = rand(*SHAPE), rand(*SHAPE)
    after = appended(past, key, value, None)
    assert after.key is past.key
    assert (past.seen, after.seen, after.key.shape[2]) == (1, 2, BLOCK)
    assert torch.equal(after.keys[:, :, 1:], key)
    assert torch.equal(after.values[:, :, 1:], value)


@ungraded
def test_who_comes_second_makes_a_tensor_of_its_own() -> None:
    past = begun()
    one, other = rand(*SHAPE), rand(*SHAPE)
    first = appended(past, one, one, None)
    second = appended(past, other, other, None)
    assert second.key is not first.key
    assert torch.equal(first.keys[:, :, 1:], one)
    assert torch.equal(second.keys[:, :, 1:], other)
    third = appended(reordered(first, torch.tensor([1, 0])), one, one, None)
    assert torch.equal(third.keys[:, :, :2], first.keys.flip(0))


@ungraded
def test_room_is_made_a_block_at_a_time() -> None:
    past = begun()
    long = rand(2, 3, BLOCK, 5)
    after = appended(past, long, long, None)
    assert (after.seen, after.key.shape[2]) == (BLOCK + 1, 2 * BLOCK)
    torch.testing.assert_close(after.keys, torch.cat([past.keys, long], 2))


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_pieces_are_the_whole_and_so_are_their_gradients(mode: type[torch.no_grad]) -> None:
    layer, x = many_heads(causal=True), rand(2, 7, 6)
    with mode():
        state = layer.initial_state(2, x.device, x.dtype)
        outs: list[Tensor] = []
        for piece in x.unbind(1):
            step = piece.unsqueeze(1)
            out, state = layer.step(step, state, step, step)
            outs.append(out.out)
        torch.testing.assert_close(torch.cat(outs, 1), layer(x, x, x).out)
    if outs[0].requires_grad:
        found = torch.autograd.grad(torch.cat(outs, 1).square().sum(), [*layer.parameters()])
        wanted = torch.autograd.grad(layer(x, x, x).out.square().sum(), [*layer.parameters()])
        for one, other in zip(found, wanted, strict=True):
            torch.testing.assert_close(one, other)
