"""The specification of a layer as plain data: ports, settings, help.

A ``LayerSpec`` is read once from the type hints of a layer class (``zoo.contract``), and is all that the
checker, the compiler, the editor and the catalogue know about the layer. Nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pydantic
from pydantic import BaseModel

from zoo.sizes import Expr, Name, Op, Size

# Once loaded, PySide6 looks up __wrapped__ on every imported module. pydantic resolves an unknown attribute
# by an import, which fails in the middle of another import; looking it up here first avoids that.
hasattr(pydantic, "__wrapped__")

DType = Literal["float", "int", "bool"]
DTYPES: tuple[DType, ...] = ("float", "int", "bool")


@dataclass(frozen=True, slots=True)
class Star:
    """``*any``: any number of axes, the same wherever the layer names them; ``...`` is the unnamed form."""

    name: str

    def __str__(self) -> str:
        return f"*{self.name}" if self.name else "..."


@dataclass(frozen=True, slots=True)
class Wild:
    """``_``: one axis of any size, bound to nothing."""

    def __str__(self) -> str:
        return "_"


Axis: TypeAlias = Expr | Star | Wild


@dataclass(frozen=True, slots=True)
class Port:
    """A typed input or output: of a layer (axes may be patterns), or of a graph or block (expressions).

    ``optional`` inputs may stay unwired, ``variadic`` inputs take a list of wires, ``on_demand`` outputs are
    computed only when something reads them.
    """

    dtype: DType
    shape: tuple[Axis, ...]
    optional: bool = False
    variadic: bool = False
    on_demand: bool = False

    def __str__(self) -> str:
        """The type in the words of the file format: ``optional float batch time dim``."""
        axes = (str(axis).replace(" ", "") if isinstance(axis, Op) else str(axis) for axis in self.shape)
        return " ".join([*(["optional"] if self.optional else []), self.dtype, *axes])

    @property
    def star(self) -> str | None:
        """The name of the variadic axes (``any`` in ``*any dim``), or None."""
        return next((axis.name for axis in self.shape if isinstance(axis, Star)), None)


@dataclass(frozen=True, slots=True)
class TensorType:
    """The type of the tensor on a wire: a dtype and one size per axis."""

    dtype: DType
    shape: tuple[Size, ...]

    def __str__(self) -> str:
        return " ".join([self.dtype, *map(_word, self.shape)])


def _word(size: Size) -> str:
    text = str(size).replace("$", "")
    return f"({text})" if " " in text else text


Shapes: TypeAlias = Mapping[str, tuple[Size, ...] | Sequence[tuple[Size, ...]]]
"""The shape that arrives at each input port; for a variadic port, a sequence of shapes."""

ShapeRule: TypeAlias = Callable[[Mapping[str, Any], Shapes], Mapping[str, tuple[Size, ...]]]
"""Computes output shapes from settings and input shapes."""

AheadRule: TypeAlias = Callable[[Mapping[str, Any], Collection[str]], tuple[str, ...]]
"""Computes, from settings and wired ports, the axes along which a layer sees later steps."""

Migration: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Converts settings of an earlier version into those of this one."""

Role: TypeAlias = Literal["norm", "sum"]
"""The role of a layer in a residual stack."""


@dataclass(frozen=True, slots=True)
class Fusing:
    """How a cell computes all steps at once (``fused``).

    ``cut`` are the ports that are split into steps; ``states`` maps each port that is a state to the output
    that is its value after a step; ``unfused`` says why given settings have no fused form.
    """

    cut: tuple[str, ...]
    states: Mapping[str, str]
    unfused: Callable[[Mapping[str, Any]], str] | None = None


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """A registered layer: all that is known about it without running it."""

    id: str
    version: int
    cls: type[Any]
    """The ``nn.Module`` class."""
    inputs: Mapping[str, Port]
    outputs: Mapping[str, Port]
    settings: type[BaseModel]
    """A strict pydantic model of the parameters of ``__init__``."""
    widths: frozenset[str]
    """Settings that are also axes of input ports: if a file omits them, they are solved from the wires."""
    pointwise: bool
    """Whether it works on any leading axes."""
    rule: ShapeRule | None
    """The static method ``shapes``, which computes output shapes that hints cannot express."""
    help: str
    pack: str = ""
    pieces: frozenset[str] = frozenset()
    """The ports that ``step`` takes piece by piece, if the layer streams."""
    whole: frozenset[str] = frozenset()
    """The ports that ``initial_state`` takes whole, if the layer streams."""
    ahead: tuple[str, ...] | AheadRule = ()
    """The axes along which it sees later steps, or the rule that computes them (``sees_ahead``)."""
    prepares: tuple[str, ...] | None = None
    """The ports that ``prepare`` takes, once per loop, when they are constant in it."""
    fuses: Fusing | None = None
    """How a cell computes all steps of a loop at once."""
    migrate: Migration | None = None
    """Converts the settings of earlier versions, which this version then replaces."""
    role: Role | None = None

    @property
    def streams(self) -> bool:
        """Whether it can process a sequence in pieces: it has ``initial_state`` and ``step``."""
        return bool(self.pieces)

    @property
    def name(self) -> str:
        """The part of the id after the slash: ``lstm_cell``."""
        return self.id.rpartition("/")[2]

    @property
    def summary(self) -> str:
        """The first line of the help text."""
        return self.help.partition("\n")[0]

    @property
    def required(self) -> tuple[str, ...]:
        """The input ports that must be wired, in the order of ``forward``."""
        return tuple(name for name, port in self.inputs.items() if not port.optional)

    def sees_ahead(self, settings: Mapping[str, Any], wired: Collection[str]) -> frozenset[str]:
        """The input axes along which a step of an output may depend on later steps.

        ``settings`` are all validated settings; ``wired`` are the input ports that have a wire. Raises what
        the layer's own rule raises.
        """
        return frozenset(self.ahead(settings, wired) if callable(self.ahead) else self.ahead)


__all__ = [
    "DTYPES",
    "AheadRule",
    "Axis",
    "DType",
    "Fusing",
    "LayerSpec",
    "Migration",
    "Name",
    "Port",
    "Role",
    "ShapeRule",
    "Shapes",
    "Star",
    "TensorType",
    "Wild",
]
