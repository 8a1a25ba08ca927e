"""The graph: an immutable document of nodes and wires. No torch, no Qt, no text.

A graph, a block and a scan are each a **body**: named nodes (``zoo.nodes``), wired by name (``zoo.wires``).
Changing a graph means making another one (``zoo.edits``); unchanged parts are shared between the two.

**Scopes** are addressed by dotted paths: ``""`` is the graph's own body, ``decoder`` the body of the scan
of that name, ``#encoder_layer`` a block's body, ``#encoder_layer.walk`` a scan inside the block. A node's
**path** is its scope's and its name: ``decoder.cell``, ``#encoder_layer.attend``; these are the keys of
``layout``.

``==`` compares meaning, so it does not see the order of mappings, nor ``1`` beside ``1.0`` and ``true``.
``identical`` also sees what a person sees in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from zoo.errors import EditError, did_you_mean
from zoo.nodes import (
    NAME,
    Call,
    Learned,
    Node,
    Ref,
    Repeat,
    Reuse,
    Scan,
    Start,
    Wire,
    Zeros,
    kind,
    refs,
)
from zoo.spec import Port
from zoo.values import EMPTY, Frozen, Scalar, Value, freeze, identical

if TYPE_CHECKING:
    import torch

    from zoo.builder import GraphBuilder
    from zoo.compiler import CompiledGraph
    from zoo.files.source import Source

V = TypeVar("V")


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
    "box_of_output",
    "freeze",
    "identical",
    "join",
    "kind",
    "put",
    "refs",
    "split_scope",
    "visible",
]
