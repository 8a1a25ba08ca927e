"""What holds for attention of every kind: order, causality, gradients."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import prepared, real
from tests.plugins.attention.made import BATCH, DIM, KEYS, MAKE, every, inputs_of, many_heads, rand
from zoo_attention.scaled_dot_product import ScaledDotProduct


@every
def test_the_order_of_keys_with_their_values_means_nothing(name: str) -> None:
    layer, (query, key, value), mask = prepared(MAKE[name]()), inputs_of(name), real([KEYS, 0, 2], KEYS)
    order = torch.randperm(KEYS)
    plain = layer(query, key, value, mask, weights=True)
    mixed = layer(query, key[:, order], value[:, order], mask[:, order], weights=True)
    torch.testing.assert_close(plain.out, mixed.out)
    torch.testing.assert_close(plain.weights[..., order], mixed.weights)


@pytest.mark.parametrize("make", [lambda: ScaledDotProduct(causal=True), lambda: many_heads(causal=True)])
@pytest.mark.parametrize("weights", [True, False])
@pytest.mark.parametrize(("queries", "keys"), [(7, 7), (3, 7)], ids=str)
def test_nothing_later_reaches_a_causal_step(
    make: Callable[[], nn.Module], weights: bool, queries: int, keys: int
) -> None:
    layer = prepared(make())
    query, key, value = rand(BATCH, queries, DIM), rand(BATCH, keys, DIM), rand(BATCH, keys, DIM)
    before = layer(query, key, value, weights=weights).out
    for last in range(queries - 1):
        behind = last + keys - queries + 1
        key[:, behind:], value[:, behind:] = rand(BATCH, keys - behind, DIM), rand(BATCH, keys - behind, DIM)
        query[:, last + 1 :] = rand(BATCH, queries - last - 1, DIM)
        after = layer(query, key, value, weights=weights).out
        assert torch.equal(before[:, : last + 1], after[:, : last + 1])
        assert not torch.isclose(before[:, last + 1 :], after[:, last + 1 :]).any()
        before = after


@pytest.mark.parametrize("make", [lambda: ScaledDotProduct(causal=True), lambda: many_heads(causal=True)])
def test_the_last_queries_alone_get_what_they_get_among_all(make: Callable[[], nn.Module]) -> None:
    layer = prepared(make())
    query, key, value = rand(BATCH, 7, DIM), rand(BATCH, 7, DIM), rand(BATCH, 7, DIM)
    whole = layer(query, key, value).out
    for last in range(1, 7):
        torch.testing.assert_close(layer(query[:, -last:], key, value).out, whole[:, -last:])


@every
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    layer = prepared(MAKE[name]())
    inputs = [x[:2, :3].detach().requires_grad_() for x in inputs_of(name)]
    mask = torch.tensor([[True, False, True], [False, False, False]])
    assert torch.autograd.gradcheck(lambda *xs: layer(*xs, mask).out, inputs)


@every
def test_gradients_of_single_examples_can_be_had(name: str) -> None:
    layer, inputs, mask = prepared(MAKE[name]()), inputs_of(name), real([KEYS, 3, 1], KEYS)

    def alone(mask: Tensor, *inputs: Tensor) -> Tensor:
        found = layer(
            *(x[None] for x in inputs), mask[None], weights=True
        )  # the fast kernels have no rule for it
        return found.out.square().sum()

    each = torch.vmap(torch.func.grad(alone, argnums=1))(mask, *inputs)
    inputs[0].requires_grad_()
    (together,) = torch.autograd.grad(layer(*inputs, mask).out.square().sum(), inputs[:1])
    torch.testing.assert_close(each, together)
