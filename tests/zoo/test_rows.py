"""A row is multiplied in another way where that is faster, and by PyTorch's own function otherwise."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from zoo import rows
from zoo.rows import RowLinear, linear


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
