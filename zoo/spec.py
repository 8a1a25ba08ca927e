"""What a layer says of itself, as plain data: ports, settings, help.

A ``LayerSpec`` is read once from the type hints of a layer class (``zoo.contract``) and is all that the
checker, the compiler, the editor and the catalogue know of it. Nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pydantic
from pydantic import BaseModel

from zoo.sizes import Expr, Name, Op, Size

# Once Qt is there, it asks every module that is imported for __wrapped__. pydantic answers such a question
# with an import of its own, which fails in the middle of another one; asked before, it has that behind it.
hasattr(pydantic, "__wrapped__")

DType = Literal["float", "int", "bool"]
DTYPES: tuple[DType, ...] = ("float", "int", "bool")


@dataclass(frozen=True, slots=True)
class Star:
    """``*any``: any number of axes, the same wherever the layer names them; ``...`` is one without a name."""

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
    """A typed input or output: of a layer (axes may be patterns), of a graph or block (axes are expressions).

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
        """The name of its variadic axes (``any`` in ``*any dim``), or None."""
        return next((axis.name for axis in self.shape if isinstance(axis, Star)), None)


@dataclass(frozen=True, slots=True)
class TensorType:
    """The type of what flows through a wire: a dtype and one size an axis."""

    dtype: DType
    shape: tuple[Size, ...]

    def __str__(self) -> str:
        return " ".join([self.dtype, *map(_word, self.shape)])


def _word(size: Size) -> str:
    text = str(size).replace("$", "")
    return f"({text})" if " " in text else text


Shapes: TypeAlias = Mapping[str, tuple[Size, ...] | Sequence[tuple[Size, ...]]]
ShapeRule: TypeAlias = Callable[[Mapping[str, Any], Shapes], Mapping[str, tuple[Size, ...]]]
AheadRule: TypeAlias = Callable[[Mapping[str, Any], Collection[str]], tuple[str, ...]]


Role: TypeAlias = Literal["norm", "sum"]
"""What a layer is to the stream through residual layers."""

Migration: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Makes settings of those that a file of an earlier version gives."""


@dataclass(frozen=True, slots=True)
class Fusing:
    """How a cell takes all steps at once (``fused``): the ports that are cut into steps, and for each
    port that is a state, the output that is that state after a step. ``unfused`` says why not.
    """

    cut: tuple[str, ...]
    states: Mapping[str, str]
    unfused: Callable[[Mapping[str, Any]], str] | None = None


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """A registered layer.

    ``cls`` is the ``nn.Module`` class. ``settings`` is a strict pydantic model of ``__init__``'s parameters.
    ``widths`` are the settings that are also axes of input ports: left out of a file, they are solved from
    the wires. ``rule`` computes output shapes where hints cannot (the static method ``shapes`` of the class).
    ``pointwise`` layers work on any leading axes. A layer that streams takes the ports ``pieces`` piece by
    piece (``step``) and the ports ``whole`` at the start (``initial_state``); both are empty for one that
    does not. ``ahead`` are the axes along which it sees later steps, or the rule that says which
    (``sees_ahead``). ``prepares`` are the ports of which a loop that does not change them has the layer work
    once (``prepare``); None for a layer that prepares nothing. ``fuses`` says how a cell takes all steps of a
    loop at once; None for what cannot. ``migrate`` reads the settings of earlier versions, in whose place the
    layer then is; None where it reads none. ``role`` is what it is in a stack of residual layers, if anything
    that matters there.
    """

    id: str
    version: int
    cls: type[Any]
    inputs: Mapping[str, Port]
    outputs: Mapping[str, Port]
    settings: type[BaseModel]
    widths: frozenset[str]
    pointwise: bool
    rule: ShapeRule | None
    help: str
    pack: str = ""
    pieces: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    ahead: tuple[str, ...] | AheadRule = ()
    prepares: tuple[str, ...] | None = None
    fuses: Fusing | None = None
    migrate: Migration | None = None
    role: Role | None = None

    @property
    def streams(self) -> bool:
        """Whether it can take a sequence in pieces: it has ``initial_state`` and ``step``."""
        return bool(self.pieces)

    @property
    def name(self) -> str:
        """The part of the id behind the slash: ``lstm_cell``."""
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
        """The axes of inputs along which a step of an output may depend on later steps.

        ``settings`` are all of them, as they were validated; ``wired`` are the input ports that have a wire.
        Raises what the layer's own rule raises.
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
