"""Nodes and their wires: the parts of a graph's bodies.

A node is a ``Call`` of a layer or block, a ``Repeat`` of one, a ``Scan`` or a ``Reuse``. Wires are stored at
their consumer, as in the file: ``inputs`` maps a port to the ``Ref`` it reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from zoo.sizes import Expr
from zoo.values import EMPTY, Frozen, Value

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""The form of the names of nodes, ports, params and blocks."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The output that a wire reads: ``cell.h``, or ``cell`` for a node with a single output."""

    node: str
    port: str | None = None

    def __str__(self) -> str:
        return self.node if self.port is None else f"{self.node}.{self.port}"


Wire: TypeAlias = Ref | tuple[Ref, ...]
"""What an input port reads: one output, or several for a variadic port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A node that uses a layer or a block.

    ``use`` is ``pack/name`` or ``pack/name@2`` for a layer, ``name`` or ``other.yaml#name`` for a block. In
    ``inputs``, the port ``""`` stands for the one required port, as in ``in: x`` and ``in: [x, y]``. ``tie``
    shares a parameter with another node, of this body or an enclosing one, and may reach into nodes:
    ``{weight: encoder.0.embed.weight}``. With ``freeze``, training changes none of the parameters inside the
    node, at any depth; this also holds for repeats and scans.
    """

    use: str
    settings: Frozen[str, Value] = EMPTY
    inputs: Frozen[str, Wire] = EMPTY
    tie: Frozen[str, str] = EMPTY
    freeze: bool = False

    @property
    def is_layer(self) -> bool:
        """Whether ``use`` names a layer of a pack (rather than a block of this or another file)."""
        return "/" in self.use and "#" not in self.use


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """``use`` stacked ``count`` times; ``carry`` feeds each layer's output into the next one's port.

    ``carry`` maps an input port to what the first layer reads; each further layer reads the previous one's
    output of the same name, or its only output. Every layer has its own weights unless ``share`` is set.
    ``vary`` gives a setting one value per layer.
    """

    count: Expr
    use: str
    settings: Frozen[str, Value] = EMPTY
    carry: Frozen[str, Ref] = EMPTY
    inputs: Frozen[str, Wire] = EMPTY
    vary: Frozen[str, tuple[Value, ...]] = EMPTY
    share: bool = False
    tie: Frozen[str, str] = EMPTY
    freeze: bool = False

    is_layer = Call.is_layer


@dataclass(frozen=True, slots=True)
class Zeros:
    """A state that starts as ``zeros AXIS …``."""

    shape: tuple[Expr, ...]

    def __str__(self) -> str:
        return " ".join(["zeros", *(str(axis).replace(" ", "") for axis in self.shape)])


@dataclass(frozen=True, slots=True)
class Learned:
    """A state that starts from a learned parameter: ``learned AXIS …``; axes without a size are broadcast."""

    shape: tuple[Expr, ...]

    def __str__(self) -> str:
        return " ".join(["learned", *(str(axis).replace(" ", "") for axis in self.shape)])


Start: TypeAlias = Ref | Zeros | Learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A body applied at every step of one axis, with state fed back: a recurrent network, drawn once.

    ``each`` names the inputs that are split into steps along ``over``, ``state`` the values that are fed back
    and their initial values, ``const`` the inputs that every step sees whole; the body's nodes may read these
    names. ``next`` gives each state's value for the following step, ``stack`` the outputs collected over the
    axis, ``final`` the outputs that are a state after the last step. A step where ``mask`` is false keeps the
    state and stacks zeros. ``reverse`` runs from the last step to the first.
    """

    over: str
    each: Frozen[str, Ref] = EMPTY
    state: Frozen[str, Start] = EMPTY
    const: Frozen[str, Ref] = EMPTY
    mask: Ref | None = None
    nodes: Frozen[str, Node] = EMPTY
    next: Frozen[str, Ref] = EMPTY
    stack: Frozen[str, Ref] = EMPTY
    final: Frozen[str, str] = EMPTY
    reverse: bool = False
    freeze: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reuse:
    """The module of another node, applied again: the same weights on other inputs.

    ``of`` is a node of the same body or, inside a scan, of an enclosing one.
    """

    of: str
    inputs: Frozen[str, Wire] = EMPTY


Node: TypeAlias = Call | Repeat | Scan | Reuse


def kind(node: Node) -> str:
    """The kind of a node: layer, block, repeat, scan or reuse."""
    if isinstance(node, Call):
        return "layer" if node.is_layer else "block"
    return type(node).__name__.lower()


def refs(wire: Wire) -> tuple[Ref, ...]:
    """The refs of a wire as a tuple."""
    return (wire,) if isinstance(wire, Ref) else wire
