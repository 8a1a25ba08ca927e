"""The graph: an immutable document of nodes and wires. No torch, no Qt, no text.

A graph, a block and a scan are each a **body**: named nodes, wired by name. A node is a ``Call`` of a
layer or block, a ``Repeat`` of one, a ``Scan`` or a ``Reuse``. Wires are stored at their consumer, as in
the file: ``inputs`` maps a port to the ``Ref`` it reads (``zoo.wires`` lists them all). Changing a graph
means making another one (``zoo.edits``); unchanged parts are shared between the two.

**Scopes** are addressed by dotted paths: ``""`` is the graph's own body, ``decoder`` the body of the scan
of that name, ``#encoder_layer`` a block's body, ``#encoder_layer.walk`` a scan inside the block. A node's
**path** is its scope's and its name: ``decoder.cell``, ``#encoder_layer.attend``; these are the keys of
``layout``.

``==`` compares meaning, so it does not see the order of mappings, nor ``1`` beside ``1.0`` and ``true``.
``identical`` also sees what a person sees in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from zoo.errors import EditError, did_you_mean
from zoo.sizes import Expr
from zoo.spec import Port
from zoo.values import EMPTY, Frozen, Scalar, Value, freeze, identical

if TYPE_CHECKING:
    import torch

    from zoo.builder import GraphBuilder
    from zoo.compiler import CompiledGraph
    from zoo.files.source import Source

V = TypeVar("V")

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
    setting one value a layer.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A graph with params, used as a node."""

    about: str = ""
    params: Frozen[str, Scalar] = EMPTY
    inputs: Frozen[str, Port] = EMPTY
    outputs: Frozen[str, Ref] = EMPTY
    nodes: Frozen[str, Node] = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A whole document: what one file holds.

    ``causal`` are the axes along which no output may depend on later steps. ``files`` holds the graphs of
    other files that ``use: other.yaml#block`` names, by the name as written. ``source`` is the text this
    graph was read from; it gives problems their line, lets saving keep comments, and does not count in
    ``==``.
    """

    name: str
    about: str = ""
    requires: tuple[str, ...] = ()
    causal: tuple[str, ...] = ()
    params: Frozen[str, Scalar] = EMPTY
    inputs: Frozen[str, Port] = EMPTY
    outputs: Frozen[str, Ref] = EMPTY
    blocks: Frozen[str, Block] = EMPTY
    nodes: Frozen[str, Node] = EMPTY
    layout: Frozen[str, tuple[int, int]] = EMPTY
    files: Frozen[str, Graph] = field(default=EMPTY, repr=False)
    source: Source | None = field(default=None, compare=False, repr=False)

    @staticmethod
    def new(name: str, about: str = "") -> GraphBuilder:
        """Start a graph in Python: see ``zoo.builder``."""
        from zoo.builder import GraphBuilder

        return GraphBuilder(name, about)

    def compile(
        self,
        *,
        device: str | torch.device | None = None,
        dtype: torch.dtype | None = None,
        seed: int = 0,
        lowering: str = "auto",
        **params: Scalar,
    ) -> CompiledGraph:
        """Turn the graph into an ordinary ``nn.Module``.

        ``params`` override the graph's own (``graph.compile(layers=12)``). Every node's initial weights
        are drawn from a seed of their own, made of ``seed`` and the node's path. ``lowering`` is the way in
        which scans run; weights and what is computed are the same in all of them. Raises GraphError with
        every problem of the graph, ZooError for a lowering that nobody has.
        """
        from zoo.compiler import compile_graph

        return compile_graph(self, device=device, dtype=dtype, seed=seed, lowering=lowering, params=params)

    def body(self, scope: str = "") -> Body:
        """The body at a scope path (see the module's docstring); EditError when there is none."""
        block, names = split_scope(scope)
        body: Body = self if block is None else _entry(self.blocks, block, "block")
        for name in names:
            node = _entry(body.nodes, name, "node")
            if not isinstance(node, Scan):
                raise EditError(
                    f"'{name}' is a {kind(node)}; only scans have a body, and blocks are entered as '#block'"
                )
            body = node
        return body

    def with_body(self, scope: str, body: Body) -> Graph:
        """This graph with the body at ``scope`` replaced by one of the same kind."""
        block, names = split_scope(scope)
        if block is None and not names:
            assert isinstance(body, Graph)
            return body
        if not names:
            assert block is not None
            assert isinstance(body, Block)
            return replace(self, blocks=put(self.blocks, block, body))
        assert isinstance(body, Scan)
        outer = scope.rpartition(".")[0]
        parent = self.body(outer)
        return self.with_body(outer, replace(parent, nodes=put(parent.nodes, names[-1], body)))


Body: TypeAlias = Graph | Block | Scan


def kind(node: Node) -> str:
    """The kind of a node in a word: layer, block, repeat, scan, reuse."""
    if isinstance(node, Call):
        return "layer" if node.is_layer else "block"
    return type(node).__name__.lower()


def split_scope(scope: str) -> tuple[str | None, tuple[str, ...]]:
    """``#block.a.b`` as (``block``, (``a``, ``b``)); the block is None in the graph's own body."""
    names = tuple(scope.split(".")) if scope else ()
    if names and names[0].startswith("#"):
        return names[0][1:], names[1:]
    return None, names


def join(scope: str, name: str) -> str:
    """The path of a node in a scope; a scan's path is the scope of its body."""
    return f"{scope}.{name}" if scope else name


def box_of_output(scope: str, name: str) -> str:
    """The key under which ``layout`` has the box of an output: ``->logits``, which no node can be called."""
    return join(scope, f"->{name}")


def refs(wire: Wire) -> tuple[Ref, ...]:
    """The refs of a wire, one or several."""
    return (wire,) if isinstance(wire, Ref) else wire


def put(mapping: Mapping[str, V], key: str, value: V) -> Frozen[str, V]:
    """``mapping`` with ``key`` set, in its old place when it was there, else at the end."""
    return Frozen({**mapping, key: value})


def _entry(mapping: Mapping[str, V], name: str, what: str) -> V:
    if name not in mapping:
        raise EditError(f"there is no {what} '{name}' here{did_you_mean(name, mapping)}")
    return mapping[name]


def visible(body: Body) -> Iterator[str]:
    """The names that the nodes of a body may read: its inputs (of a scan: each, state, const) and its
    nodes.
    """
    if isinstance(body, Scan):
        yield from body.each
        yield from body.state
        yield from body.const
    else:
        yield from body.inputs
    yield from body.nodes


__all__ = [
    "EMPTY",
    "NAME",
    "Block",
    "Body",
    "Call",
    "Frozen",
    "Graph",
    "Learned",
    "Node",
    "Ref",
    "Repeat",
    "Reuse",
    "Scalar",
    "Scan",
    "Start",
    "Value",
    "Wire",
    "Zeros",
    "freeze",
    "identical",
    "join",
    "kind",
    "put",
    "refs",
    "split_scope",
    "visible",
]
