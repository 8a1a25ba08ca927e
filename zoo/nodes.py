"""Nodes and what they read: the parts that the bodies of a graph are made of.

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
"""What nodes, ports, params and blocks may be called."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The output that a wire reads: ``cell.h``, or ``cell`` when it has only one."""

    node: str
    port: str | None = None

    def __str__(self) -> str:
        return self.node if self.port is None else f"{self.node}.{self.port}"


Wire: TypeAlias = Ref | tuple[Ref, ...]
"""What an input port reads: one output, or several for a variadic port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A layer (``use: pack/name``, ``pack/name@2``) or a block (``use: name``, ``use: other.yaml#name``),
    placed in a body.

    In ``inputs`` the port ``""`` stands for ``in: x`` and ``in: [x, y]``: the one required port. ``tie``
    shares a parameter with another node, of this body or one around it, and may go through nodes:
    ``{weight: encoder.0.embed.weight}``. What a node with ``freeze`` holds, at any depth, training leaves as
    it is; this goes for repeats and scans too.
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

    ``carry`` maps an input port to what the first layer reads; the next layer reads the output of the
    same name, or the only output. Every layer has weights of its own unless ``share``. ``vary`` gives a
    setting one value per layer.
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
    """A state that starts from a trained parameter: ``learned AXIS …`` (axes without a number are
    broadcast).
    """

    shape: tuple[Expr, ...]

    def __str__(self) -> str:
        return " ".join(["learned", *(str(axis).replace(" ", "") for axis in self.shape)])


Start: TypeAlias = Ref | Zeros | Learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A body walked over one axis, with state fed back: a recurrent network, drawn once.

    ``each`` names what is cut into steps along ``over``, ``state`` what is fed back and how it starts,
    ``const`` what every step sees whole; these names are what the body's nodes may read. ``next`` gives
    each state's value for the step after, ``stack`` the outputs collected over the axis, ``final`` the
    outputs that are a state after the last step. A step where ``mask`` is false carries the old state
    through and stacks zeros. ``reverse`` walks from the end.
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
    """The module of another node, applied again: same weights, other inputs.

    ``of`` is a node of the same body or, inside a scan, of the bodies around it.
    """

    of: str
    inputs: Frozen[str, Wire] = EMPTY


Node: TypeAlias = Call | Repeat | Scan | Reuse


def kind(node: Node) -> str:
    """The kind of a node in a word: layer, block, repeat, scan, reuse."""
    if isinstance(node, Call):
        return "layer" if node.is_layer else "block"
    return type(node).__name__.lower()


def refs(wire: Wire) -> tuple[Ref, ...]:
    """The refs of a wire, one or several."""
    return (wire,) if isinstance(wire, Ref) else wire
