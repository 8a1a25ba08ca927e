"""The pack ``basic`` against plain formulas."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import zoo
from tests.plugins.agreement import assert_agrees, prepared, real
from zoo.sizes import Size, symbol
from zoo_basic.activations import GELU, Identity, ReLU, Sigmoid, SiLU, Tanh
from zoo_basic.combine import Add, Concat, Multiply
from zoo_basic.dropout import Dropout
from zoo_basic.embedding import Embedding, OneHot
from zoo_basic.linear import Linear
from zoo_basic.pool import Last, MeanPool
from zoo_basic.slice import Slice, SliceTime
from zoo_basic.softmax import Softmax
from zoo_basic.transpose import Transpose

VOCAB, DIM = 11, 5
NAN = torch.nan


def rows_picked(tokens: Tensor, weight: Tensor) -> Tensor:
    """Embedding by matrix product, in which no index is looked up."""
    return (tokens.unsqueeze(-1) == torch.arange(VOCAB)).double() @ weight


@pytest.mark.parametrize("shape", [(), (3,), (3, 7), (2, 0), (2, 3, 5)], ids=str)
@pytest.mark.parametrize(("scale", "factor"), [(False, 1.0), (True, math.sqrt(DIM))])
def test_embedding_picks_rows(shape: tuple[int, ...], scale: bool, factor: float) -> None:
    layer = prepared(Embedding(VOCAB, DIM, scale))
    tokens = torch.randint(VOCAB, shape)
    assert_agrees(layer, lambda tokens: rows_picked(tokens, layer.weight) * factor, tokens)


def test_an_embedding_starts_with_rows_of_length_one() -> None:
    weight = Embedding(1000, 64).weight.detach()
    assert 0.98 < weight.square().sum(1).mean().item() < 1.02
    assert weight.mean().abs() < 0.001


@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3, 5)], ids=str)
def test_one_hot_is_a_row_of_the_identity(shape: tuple[int, ...]) -> None:
    tokens = torch.randint(VOCAB, shape)
    assert_agrees(
        OneHot(VOCAB).double(), lambda tokens: rows_picked(tokens, torch.eye(VOCAB).double()), tokens
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_one_hot_has_the_dtype_that_the_model_was_moved_to(dtype: torch.dtype) -> None:
    assert nn.Sequential(OneHot(VOCAB)).to(dtype)(torch.tensor([1, 2])).dtype is dtype


@pytest.mark.parametrize("wrong", [-1, VOCAB, 999])
@pytest.mark.parametrize("layer", [Embedding(VOCAB, DIM), OneHot(VOCAB)], ids=["embedding", "one_hot"])
def test_a_token_outside_the_vocabulary_is_named(layer: nn.Module, wrong: int) -> None:
    with pytest.raises(
        zoo.errors.InputError, match=rf"basic/\w+ knows the tokens 0 to 10, and .* a token {wrong};"
    ):
        layer(torch.tensor([[3, wrong], [0, 10]]))


@pytest.mark.parametrize("shape", [(3,), (2, 7, 3), (2, 0, 3)], ids=str)
def test_linear_is_its_formula(shape: tuple[int, ...]) -> None:
    for layer in (prepared(Linear(3, 5)), prepared(Linear(3, 5, bias=False))):
        bias = 0 if layer.bias is None else layer.bias

        def formula(x: Tensor, layer: Linear = layer, bias: Tensor | int = bias) -> Tensor:
            return torch.einsum("...i,oi->...o", x, layer.weight) + bias

        assert_agrees(layer, formula, torch.randn(shape).double())


def test_linear_starts_as_torchs_does() -> None:
    for parameter in Linear(100, 300).parameters():
        assert 0.099 < parameter.detach().abs().max().item() <= 0.1


@pytest.mark.parametrize("count", [1, 2, 3])
def test_add_and_multiply_take_any_number(count: int) -> None:
    xs = [torch.randn(3, 7, 5).double() for _ in range(count)]

    def total(*xs: Tensor) -> Tensor:
        return torch.stack(xs).sum(0)

    def product(*xs: Tensor) -> Tensor:
        return torch.stack(xs).prod(0)

    assert_agrees(Add(), total, *xs)
    assert_agrees(Multiply(), product, *xs)


@pytest.mark.parametrize("widths", [(5,), (5, 2), (2, 1, 7)], ids=str)
@pytest.mark.parametrize("leading", [(), (3,), (3, 4)], ids=str)
def test_concat_puts_widths_side_by_side(leading: tuple[int, ...], widths: tuple[int, ...]) -> None:
    xs = [torch.randn(*leading, width).double() for width in widths]

    def by_hand(*xs: Tensor) -> Tensor:
        return torch.stack([column for x in xs for column in x.unbind(-1)], -1)

    assert_agrees(Concat(), by_hand, *xs)
    assert Concat.shapes({}, {"xs": [tuple(x.shape) for x in xs]}) == {"out": tuple(by_hand(*xs).shape)}


def test_the_width_of_a_concat_is_known_before_its_parts_are() -> None:
    batch, dim, hidden = map(symbol, ("batch", "dim", "hidden"))
    assert Concat.shapes({}, {"xs": [(batch, dim), (batch, hidden), (batch, 3)]}) == {
        "out": (batch, hidden + dim + 3)
    }


INSIDE = [
    (0, None),
    (2, None),
    (0, 3),
    (2, 6),
    (-3, None),
    (-3, -1),
    (1, -1),
    (0, 7),
    (7, None),
    (3, 3),
    (-7, 7),
]
OUTSIDE = [(8, None), (0, 8), (-8, None), (0, -8), (5, 2), (-1, -2)]


def settings(start: int, stop: int | None) -> dict[str, int | None]:
    return {"start": start, "stop": stop}


@pytest.mark.parametrize(("start", "stop"), INSIDE)
def test_slices_are_pythons(start: int, stop: int | None) -> None:
    features, steps = torch.randn(3, 2, 7).double(), torch.randn(3, 7, 2).double()
    assert_agrees(Slice(start, stop), lambda x: x[..., start:stop], features)
    assert_agrees(SliceTime(start, stop), lambda x: x[:, start:stop], steps)
    width = len(range(7)[start:stop])
    assert Slice.shapes(settings(start, stop), {"x": (3, 2, 7)}) == {"out": (3, 2, width)}
    assert SliceTime.shapes(settings(start, stop), {"x": (3, 7, 2)}) == {"out": (3, width, 2)}


@pytest.mark.parametrize(("start", "stop"), OUTSIDE)
def test_a_slice_of_what_is_not_there_is_refused(start: int, stop: int | None) -> None:
    with pytest.raises(ValueError, match="is not all there in an axis of size 7; change start or stop"):
        Slice.shapes(settings(start, stop), {"x": (3, 7)})
    with pytest.raises(zoo.errors.InputError, match="is not all there in an axis of size 7"):
        Slice(start, stop)(torch.randn(3, 7))
    with pytest.raises(zoo.errors.InputError, match="is not all there in an axis of size 7"):
        SliceTime(start, stop)(torch.randn(3, 7, 2))


@pytest.mark.parametrize(
    ("start", "stop", "length"),
    [
        (0, None, symbol("time")),
        (1, None, symbol("time") - 1),
        (0, -1, symbol("time") - 1),
        (1, -2, symbol("time") - 3),
        (-3, None, 3),
        (-3, -1, 2),
        (2, 5, 3),
    ],
)
def test_the_length_of_a_slice_is_known_before_the_sequence_is(
    start: int, stop: int | None, length: Size
) -> None:
    shape = (symbol("batch"), symbol("time"), 2)
    assert SliceTime.shapes(settings(start, stop), {"x": shape}) == {"out": (symbol("batch"), length, 2)}


def test_what_can_be_nothing_is_refused_even_of_a_sequence_of_unknown_length() -> None:
    with pytest.raises(ValueError, match="3:1 is not all there in an axis of size time"):
        SliceTime.shapes(settings(3, 1), {"x": (2, symbol("time"), 5)})


@pytest.mark.parametrize("shape", [(3, 5, 7), (2, 3, 5, 7)], ids=str)
def test_transpose_swaps_the_last_two_axes(shape: tuple[int, ...]) -> None:
    assert_agrees(Transpose(), lambda x: torch.einsum("...ij->...ji", x), torch.randn(shape).double())


HOLES = torch.tensor([[True, False, True, False, False], [False, False, False, True, True], [False] * 5])
MASKS = {"right": real([5, 3, 0, 1], 5), "left": real([5, 3, 0, 1], 5).flip(1), "holes": HOLES}


def one_by_one(pick: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    """Each sequence alone, without its padding."""

    def oracle(x: Tensor, mask: Tensor) -> Tensor:
        rows = [row[keep] for row, keep in zip(x, mask, strict=True)]
        return torch.stack([pick(row) if len(row) else x.new_zeros(x.shape[-1]) for row in rows])

    return oracle


POOLS: dict[str, tuple[nn.Module, Callable[[Tensor], Tensor]]] = {
    "last": (Last(), lambda row: row[-1]),
    "mean": (MeanPool(), lambda row: row.mean(0)),
}


@pytest.mark.parametrize(("pool", "pick"), POOLS.values(), ids=POOLS)
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("padding", [0.0, NAN, torch.inf], ids=str)
def test_pools_see_real_steps_alone(
    pool: nn.Module, pick: Callable[[Tensor], Tensor], mask: Tensor, padding: float
) -> None:
    x = torch.randn(len(mask), 5, 3).double()
    x[~mask] = padding
    assert_agrees(pool, one_by_one(pick), x, mask)


@pytest.mark.parametrize(("pool", "pick"), POOLS.values(), ids=POOLS)
@pytest.mark.parametrize("time", [1, 5])
def test_without_a_mask_every_step_is_real(
    pool: nn.Module, pick: Callable[[Tensor], Tensor], time: int
) -> None:
    x = torch.randn(2, time, 3).double()
    assert_agrees(pool, lambda x: one_by_one(pick)(x, torch.ones(2, time).bool()), x)


@pytest.mark.parametrize("pool", [Last(), MeanPool()], ids=POOLS)
def test_a_sequence_of_no_steps_gives_zeros(pool: nn.Module) -> None:
    for mask in ([], [torch.ones(2, 0).bool()]):
        assert torch.equal(pool(torch.randn(2, 0, 3), *mask), torch.zeros(2, 3))


def test_dropout_drops_a_share_and_scales_the_rest() -> None:
    x = torch.rand(100, 100) + 1
    out = Dropout(0.2)(x)
    assert (out.eq(0) | torch.isclose(out, x / 0.8)).all()
    assert 0.18 < out.eq(0).float().mean().item() < 0.22


def test_dropout_does_nothing_outside_training_and_with_chance_zero() -> None:
    x = torch.randn(10, 10)
    assert torch.equal(Dropout(0.9).eval()(x), x)
    assert torch.equal(Dropout(0.0)(x), x)


@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 3, 5)], ids=str)
def test_softmax_is_its_formula(shape: tuple[int, ...]) -> None:
    assert_agrees(Softmax(), lambda x: x.exp() / x.exp().sum(-1, keepdim=True), torch.randn(shape).double())


@pytest.mark.parametrize("padding", [0.0, NAN, torch.inf, 1e300], ids=str)
def test_softmax_shares_among_what_the_mask_leaves(padding: float) -> None:
    x = torch.randn(3, 5).double()
    x[~HOLES] = padding

    def formula(x: Tensor, mask: Tensor) -> Tensor:
        exp = torch.zeros_like(x).masked_scatter(mask, x[mask].exp())
        total = exp.sum(-1, keepdim=True)
        return exp / torch.where(total == 0, 1, total)

    assert_agrees(Softmax(), formula, x, HOLES)
    assert Softmax()(x, HOLES)[2].eq(0).all()


def test_softmax_of_large_scores_stays_finite() -> None:
    x = torch.tensor([[1e4, -1e4, 1e4]])
    assert torch.equal(Softmax()(x), torch.tensor([[0.5, 0.0, 0.5]]))
    assert torch.equal(Softmax()(x, torch.tensor([[False, True, False]])), torch.tensor([[0.0, 1.0, 0.0]]))


ACTIVATIONS: dict[str, tuple[nn.Module, Callable[[Tensor], Tensor]]] = {
    "tanh": (Tanh(), lambda x: (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())),
    "relu": (ReLU(), lambda x: torch.where(x > 0, x, 0.0)),
    "sigmoid": (Sigmoid(), lambda x: 1 / (1 + torch.exp(-x))),
    "gelu": (GELU(), lambda x: x * (1 + torch.erf(x / math.sqrt(2))) / 2),
    "gelu_tanh": (
        GELU("tanh"),
        lambda x: x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    ),
    "silu": (SiLU(), lambda x: x / (1 + torch.exp(-x))),
    "identity": (Identity(), lambda x: x * 1),
}


@pytest.mark.parametrize(("layer", "formula"), ACTIVATIONS.values(), ids=ACTIVATIONS)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3, 5)], ids=str)
def test_activations_are_their_formulas(
    layer: nn.Module, formula: Callable[[Tensor], Tensor], shape: tuple[int, ...]
) -> None:
    assert_agrees(layer, formula, 3 * torch.randn(shape).double())


def test_the_gradient_of_relu_at_zero_is_zero() -> None:
    x = torch.zeros(1, requires_grad=True)
    (gradient,) = torch.autograd.grad(ReLU()(x), x)
    assert gradient.eq(0).all()
