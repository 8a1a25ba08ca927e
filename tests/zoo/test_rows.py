"""A row is multiplied in another way where that is faster, and by PyTorch's own function otherwise."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from zoo import rows
from zoo.rows import RowLinear, linear, linears


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("outputs", [258, 257], ids=["even", "odd"])
def test_a_row_is_what_torch_makes_of_it(monkeypatch: pytest.MonkeyPatch, outputs: int, bias: bool) -> None:
    layer = RowLinear(1024, outputs, bias)
    plain = nn.Linear(1024, outputs, bias)
    plain.load_state_dict(layer.state_dict())
    given = [torch.randn(shape) for shape in ((1, 1, 1024), (1, 1024), (1024,))]
    given.append(torch.randn(1, 1024, 2)[..., 0])  # with gaps in memory
    with torch.no_grad():
        expected = [plain(x) for x in given]
        monkeypatch.setattr(rows, "F", None)  # which is not asked
        for x, other in zip(given, expected, strict=True):
            torch.testing.assert_close(layer(x), other, rtol=1e-5, atol=1e-5)


def test_everything_else_is_left_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[Any, ...]] = []

    class Watched:
        @staticmethod
        def linear(*given: Any) -> Any:
            called.append(given)
            return F.linear(*given)

    monkeypatch.setattr(rows, "F", Watched)
    weight, bias = torch.randn(512, 512), torch.randn(512)
    row = torch.randn(1, 512)
    with torch.no_grad():
        linear(torch.randn(2, 512), weight, bias)
        linear(torch.randn(0, 512), weight, bias)
        linear(row[:, :8], weight[:8, :8].contiguous(), bias[:8])
        linear(row.double(), weight.double(), bias.double())
        linear(row, weight.t(), bias)
        linear(row.to("meta"), weight.to("meta"), bias.to("meta"))
        with torch.autocast("cpu"):
            linear(row, weight, bias)
        assert len(called) == 7
        linear(row, weight, bias)
    assert len(called) == 7
    parameter = nn.Parameter(weight)
    linear(row, parameter, bias).sum().backward()  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    assert len(called) == 8
    assert parameter.grad is not None


def test_it_takes_the_weights_of_a_linear_map_of_torch() -> None:
    assert [*RowLinear(3, 5).state_dict()] == [*nn.Linear(3, 5).state_dict()]


def _maps(*outputs: int, bias: bool = True, dtype: torch.dtype = torch.float64) -> list[RowLinear]:
    return [RowLinear(7, output, bias).to(dtype) for output in outputs]


@pytest.mark.parametrize("bias", [True, False])
def test_several_maps_of_one_input_are_one_product(monkeypatch: pytest.MonkeyPatch, bias: bool) -> None:
    maps = _maps(3, 5, 5, bias=bias)
    x = torch.randn(2, 83, 7, dtype=torch.float64, requires_grad=True)
    leaves = [x, *(weight for each in maps for weight in each.parameters())]
    apart = [each(x) for each in maps]
    with monkeypatch.context() as patched:
        patched.setattr(RowLinear, "forward", None)  # which is not asked
        together = linears(x, *maps)
    upstream = [torch.randn_like(each) for each in apart]
    torch.testing.assert_close([*together], apart)
    torch.testing.assert_close(
        torch.autograd.grad(together, leaves, upstream), torch.autograd.grad(apart, leaves, upstream)
    )


class _Lower(RowLinear):
    """A map that does more than its weights tell, as adapters do."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return super().forward(input) - 1


def test_maps_with_hooks_or_of_a_subclass_are_called() -> None:
    x, maps = torch.randn(149, 7, dtype=torch.float64), _maps(3, 5)
    seen: list[str] = []

    def hook(module: nn.Module, args: Any, output: Any) -> None:
        seen.append("hook")

    handle = maps[0].register_forward_hook(hook)
    linears(x, *maps)
    handle.remove()
    linears(x, *maps)
    assert seen == ["hook"]
    lower = _Lower(7, 5).double()
    torch.testing.assert_close(linears(x, maps[0], lower)[1], lower(x))
    mixed = [*_maps(3), *_maps(5, bias=False)]
    torch.testing.assert_close([*linears(x, *mixed)], [each(x) for each in mixed])


@pytest.mark.parametrize("rows", [0, 1, 127, 128])
def test_the_number_of_rows_does_not_matter(rows: int) -> None:
    x, maps = torch.randn(rows, 7, dtype=torch.float64), _maps(3, 5)
    torch.testing.assert_close([*linears(x, *maps)], [each(x) for each in maps])
