"""What joins, cuts and turns tensors: add, multiply, concat, slices, transpose."""

import pytest
import torch
from torch import Tensor

import zoo
from tests.plugins.agreement import assert_agrees
from zoo.sizes import Size, symbol
from zoo_basic.combine import Add, Concat, Multiply
from zoo_basic.linear import Linear
from zoo_basic.slice import Slice, SliceTime
from zoo_basic.transpose import Transpose


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
