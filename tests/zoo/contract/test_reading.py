"""What the contract reads from a class that keeps it."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import jaxtyping
import pytest
import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field, TypeAdapter, ValidationError
from torch import Tensor, nn

import zoo
from zoo.errors import LayerError
from zoo.fields import NonNegative, Positive, Probability
from zoo.packs.offers import spec_of
from zoo.sizes import Size
from zoo.spec import LayerSpec, Shapes


class CellState(NamedTuple):
    h: Float[Tensor, "batch hidden"]
    c: Float[Tensor, "batch hidden"]


class Attended(NamedTuple):
    out: Float[Tensor, "batch query value"]
    weights: Float[Tensor, "batch query key"] | None


@zoo.layer("lab/cell")
class Cell(nn.Module):
    """One step of a cell.

    h' = tanh(W x + U h)
    """

    def __init__(
        self,
        input: Positive,
        hidden: Positive,
        activation: Literal["tanh", "relu"] = "tanh",
        dropout: Probability = 0.0,
        forget_bias: Annotated[float, Field(description="Added to the forget gate.")] = 1.0,
    ) -> None:
        super().__init__()

    def forward(
        self,
        x: Float[Tensor, "batch input"],
        h: Float[Tensor, "batch hidden"],
        c: Float[Tensor, "batch hidden"],
    ) -> CellState:
        return CellState(h, c)


@zoo.layer("lab/attention")
class Attention(nn.Module):
    """Weigh values by keys."""

    def forward(
        self,
        query: Float[Tensor, "batch query dim"],
        keys: Float[Tensor, "batch key dim"],
        values: Float[Tensor, "batch key value"],
        mask: Bool[Tensor, "batch key"] | None = None,
        *,
        weights: bool = False,
    ) -> Attended:
        return Attended(values, None)


@zoo.layer("lab/concat")
class Concat(nn.Module):
    """Put side by side."""

    def forward(self, *xs: Float[Tensor, "*any _"]) -> Float[Tensor, "*any _"]:
        return torch.cat(xs, -1)

    @staticmethod
    def shapes(settings: Mapping[str, Any], inputs: Shapes) -> dict[str, tuple[Size, ...]]:
        return {}


def spec(cls: type[nn.Module]) -> LayerSpec:
    found = spec_of(cls)
    assert found is not None
    return found


def ports(ports: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(port) for name, port in ports.items()}


def test_parameters_of_forward_are_inputs_and_fields_are_outputs() -> None:
    cell = spec(Cell)
    assert (cell.id, cell.version, cell.cls) == ("lab/cell", 1, Cell)
    assert ports(cell.inputs) == {
        "x": "float batch input",
        "h": "float batch hidden",
        "c": "float batch hidden",
    }
    assert ports(cell.outputs) == {"h": "float batch hidden", "c": "float batch hidden"}
    assert cell.required == ("x", "h", "c")


def test_one_tensor_is_the_output_out() -> None:
    assert ports(spec(Concat).outputs) == {"out": "float *any _"}


def test_the_docstring_is_the_help() -> None:
    assert spec(Cell).summary == "One step of a cell."
    assert spec(Cell).help == "One step of a cell.\n\nh' = tanh(W x + U h)"


def test_none_makes_an_input_optional_and_an_output_on_demand() -> None:
    attention = spec(Attention)
    assert str(attention.inputs["mask"]) == "optional bool batch key"
    assert attention.required == ("query", "keys", "values")
    assert [name for name, port in attention.outputs.items() if port.on_demand] == ["weights"]


def test_star_arguments_are_one_variadic_port() -> None:
    concat = spec(Concat)
    assert concat.inputs["xs"].variadic
    assert concat.required == ("xs",)
    assert concat.rule is Concat.shapes


def test_settings_are_a_strict_model() -> None:
    model = spec(Cell).settings
    assert model(input=3, hidden=5).model_dump() == {
        "input": 3,
        "hidden": 5,
        "activation": "tanh",
        "dropout": 0.0,
        "forget_bias": 1.0,
    }
    with pytest.raises(ValidationError) as caught:
        model(input="3", hidden=0, activation="sine", dropout=True, hiden=5)
    wrong = {error["loc"][0]: error["type"] for error in caught.value.errors()}
    assert wrong == {
        "input": "int_type",
        "hidden": "greater_than",
        "activation": "literal_error",
        "dropout": "float_type",
        "hiden": "extra_forbidden",
    }


@pytest.mark.parametrize("size", [True, 1.0, "1", None])
def test_a_size_is_an_int_and_nothing_like_one(size: object) -> None:
    with pytest.raises(ValidationError):
        spec(Cell).settings(input=size, hidden=1)


def test_settings_are_frozen() -> None:
    values = spec(Cell).settings(input=3, hidden=5)
    with pytest.raises(ValidationError):
        values.input = 7  # pyright: ignore[reportAttributeAccessIssue] # on purpose


def test_the_json_schema_tells_ranges_choices_and_descriptions() -> None:
    schema = spec(Cell).settings.model_json_schema()
    assert schema["required"] == ["input", "hidden"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["hidden"]["exclusiveMinimum"] == 0
    assert schema["properties"]["activation"]["enum"] == ["tanh", "relu"]
    assert schema["properties"]["forget_bias"]["description"] == "Added to the forget gate."


def test_settings_that_are_axes_of_inputs_are_widths() -> None:
    assert spec(Cell).widths == {"input", "hidden"}
    assert spec(Attention).widths == frozenset()


def test_a_width_may_be_none_when_it_is_not_given() -> None:
    @zoo.layer("lab/cross")
    class Cross(nn.Module):
        """Look elsewhere."""

        def __init__(self, dim: Positive, memory: Positive | None = None, scale: float = 1.0) -> None:
            super().__init__()

        def forward(
            self,
            x: Float[Tensor, "batch time dim"],
            m: Float[Tensor, "batch source memory"] | None = None,
        ) -> Float[Tensor, "batch time dim"]:
            return x

    assert spec(Cross).widths == {"dim", "memory"}


def test_layers_that_say_one_leading_star_are_pointwise() -> None:
    @zoo.layer("lab/gate")
    class Gate(nn.Module):
        """Close what the mask closes."""

        def forward(
            self, x: Float[Tensor, "*any dim"], gate: Bool[Tensor, "*any"]
        ) -> Float[Tensor, "*any dim"]:
            return x * gate[..., None]

    @zoo.layer("lab/pool")
    class Pool(nn.Module):
        """Forget the last axis but one."""

        def forward(self, x: Float[Tensor, "*any time dim"]) -> Float[Tensor, "batch dim"]:
            return x

        @staticmethod
        def shapes(settings: Mapping[str, Any], inputs: Shapes) -> dict[str, tuple[Size, ...]]:
            return {}

    @zoo.layer("lab/trailing")
    class Trailing(nn.Module):
        """Keep the star behind."""

        def forward(self, x: Float[Tensor, "batch *any"]) -> Float[Tensor, "batch *any"]:
            return x

    assert [spec(each).pointwise for each in (Gate, Concat, Pool, Trailing, Cell)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_settings_and_sums_stand_in_axes() -> None:
    @zoo.layer("lab/window")
    class Window(nn.Module):
        """See the last few."""

        def __init__(self, size: Positive, both: bool = False) -> None:
            super().__init__()

        def forward(
            self,
            x: Float[Tensor, "batch time dim"],
            shifted: Int[Tensor, "batch time+1 {self.size}"],
        ) -> Float[Tensor, "batch time+1 dim*(1+{self.both}) {self.size}"]:
            return x

    assert ports(spec(Window).inputs)["shifted"] == "int batch time+1 size"
    assert ports(spec(Window).outputs)["out"] == "float batch time+1 dim*(1+both) size"
    assert spec(Window).widths == {"size"}


def test_a_subclass_is_no_layer_until_it_says_so() -> None:
    class Wider(Cell):
        """A cell of one's own."""

    assert spec_of(Wider) is None


def test_the_class_is_left_as_it_is() -> None:
    cell = Cell(3, 5)
    assert isinstance(cell, nn.Module)
    assert Cell.__name__ == "Cell"


def test_a_later_version_is_another_class() -> None:
    @zoo.layer("lab/cell", version=2)
    class Cell2(nn.Module):
        """One step, mended."""

        def forward(self, x: Float[Tensor, "batch input"]) -> Float[Tensor, "batch input"]:
            return x

    assert (spec(Cell2).id, spec(Cell2).version) == ("lab/cell", 2)


MODULE = '''
{future}
from typing import NamedTuple
from jaxtyping import Float
from torch import Tensor, nn
import zoo
from zoo.fields import Positive

class State(NamedTuple):
    h: Float[Tensor, "batch hidden"]

@zoo.layer("lab/hooked")
class Hooked(nn.Module):
    """One step."""
    def __init__(self, hidden: Positive) -> None:
        super().__init__()
        self.hidden = hidden
    def forward(self, x: Float[Tensor, "batch {{self.hidden}}"]) -> State:
        return State(x)
'''


@pytest.mark.parametrize("future", ["", "from __future__ import annotations"])
def test_a_class_under_the_import_hook_reads_the_same(
    future: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """jaxtyping's hook wraps functions and classes; the contract looks through, and the checks remain."""
    name = f"hooked_{len(future)}"
    (tmp_path / f"{name}.py").write_text(MODULE.format(future=future))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with jaxtyping.install_import_hook(name, "beartype.beartype"):
        module = __import__(name)
    monkeypatch.delitem(sys.modules, name)
    assert ports(spec(module.Hooked).inputs) == {"x": "float batch hidden"}
    assert spec(module.Hooked).settings(hidden=3).model_dump() == {"hidden": 3}
    hooked = module.Hooked(hidden=3)
    assert hooked(torch.zeros(2, 3)).h.shape == (2, 3)
    with pytest.raises(jaxtyping.TypeCheckError):
        hooked(torch.zeros(2, 5))


def test_a_class_without_an_init_has_no_settings() -> None:
    assert spec(Attention).settings.model_fields == {}


def test_the_decorator_needs_an_id() -> None:
    with pytest.raises(LayerError, match=r'write @layer\("pack/name"\)'):

        @zoo.layer  # pyright: ignore[reportArgumentType] # on purpose
        class Forgotten(nn.Module):
            """No parentheses."""


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        (Positive, [1, 10**9], [0, -1, 1.0, True]),
        (NonNegative, [0, 1], [-1, 0.5, False]),
        (Probability, [0, 0.0, 0.5], [1, 1.0, -0.1, float("nan"), "0.5"]),
    ],
)
def test_the_fields_hold_their_ranges(field: Any, good: list[object], bad: list[object]) -> None:
    adapter: TypeAdapter[object] = TypeAdapter(field, config={"strict": True})
    for value in good:
        assert adapter.validate_python(value) == value
    for value in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)
