"""The graph: an immutable document of nodes and wires. No torch, no Qt, no text.

A graph, a block and a scan are each a **body**: named nodes (``zoo.nodes``), wired by name (``zoo.wires``).
Changing a graph means making another one (``zoo.edits``); unchanged parts are shared between the two.

**Scopes** are addressed by dotted paths: ``""`` is the graph's own body, ``decoder`` the body of the scan
with that name, ``#encoder_layer`` a block's body, ``#encoder_layer.walk`` a scan inside the block. A node's
**path** is its scope's path followed by its name: ``decoder.cell``, ``#encoder_layer.attend``; these are the
keys of ``layout``.

``==`` compares meaning: it ignores the order of mappings, and ``1``, ``1.0`` and ``true`` are equal.
``identical`` distinguishes everything that is visible in the file.
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
    """A subgraph with params, used as a node."""

    about: str = ""
    params: Frozen[str, Scalar] = EMPTY
    inputs: Frozen[str, Port] = EMPTY
    outputs: Frozen[str, Ref] = EMPTY
    nodes: Frozen[str, Node] = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A whole document: the contents of one file.

    ``causal`` names the axes along which no output may depend on later steps. ``files`` maps file names, as
    written in ``use: other.yaml#block``, to their graphs. ``source`` is the text that this graph was read
    from: it gives problems their line, lets saving keep comments, and is ignored by ``==``.
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
        """Compile the graph to an ordinary ``nn.Module``.

        ``params`` override the graph's own (``graph.compile(layers=12)``). Each node's initial weights are
        drawn from a seed derived from ``seed`` and the node's path. ``lowering`` selects how scans run; it
        changes neither the weights nor the results. Raises GraphError with every problem of the graph, and
        ZooError for an unknown lowering.
        """
        from zoo.compiler import compile_graph

        return compile_graph(self, device=device, dtype=dtype, seed=seed, lowering=lowering, params=params)

    def body(self, scope: str = "") -> Body:
        """The body at a scope path (see the module's docstring); raises EditError if there is none."""
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
    """The key of an output's box in ``layout``: ``->logits``, which cannot be the name of a node."""
    return join(scope, f"->{name}")


def put(mapping: Mapping[str, V], key: str, value: V) -> Frozen[str, V]:
    """``mapping`` with ``key`` set; an existing key keeps its position, a new one goes to the end."""
    return Frozen({**mapping, key: value})


def _entry(mapping: Mapping[str, V], name: str, what: str) -> V:
    if name not in mapping:
        raise EditError(f"there is no {what} '{name}' here{did_you_mean(name, mapping)}")
    return mapping[name]


def visible(body: Body) -> Iterator[str]:
    """The names that the nodes of a body may read: its inputs (in a scan: each, state, const) and nodes."""
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
