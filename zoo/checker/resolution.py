"""The result of checking: every node with its spec, settings and types, for the compiler and the editor.

Inside a scope, sizes use the scope's own names: its axes (``dim``) and params (``$dim``). ``values`` maps
each to what it stands for outside, so that ``64`` and ``$dim`` compare equal if ``$dim`` is 64, while
generated code can still use ``dim``. A block is resolved once for every distinct use (params, input types,
outputs read); equal uses share one ``Scope``.

An input that its body declares optional may be None at run time. ``Scope.inputs`` has None for one that this
use leaves unwired; wires that read it remain in ``ResolvedNode.inputs``, so that one class serves uses with
and without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from zoo.graph import Call, Graph, Ref, Repeat, Reuse, Scan, Value, Wire
from zoo.problems import Problem, has_errors
from zoo.sizes import Size, substitute
from zoo.spec import LayerSpec, TensorType

Setting: TypeAlias = Value | Size
"""A setting as generated code writes it: a plain value, an expression of params, or a solved local size."""

MASK = ""
"""The key of a scan's mask in ``ResolvedNode.inputs``, which cannot be the name of a port."""


@dataclass(frozen=True, slots=True)
class LayerUse:
    """One use of a layer.

    ``settings`` are the validated values; ``code`` holds each setting that is given or solved, in the scope's
    names (settings at their default are absent). ``read`` are the on-demand outputs that something reads.
    ``ahead`` are the axes along which it sees later steps, ``hidden`` those along which its settings prevent
    that.
    """

    spec: LayerSpec
    settings: Mapping[str, Any]
    code: Mapping[str, Setting]
    outputs: Mapping[str, TensorType]
    read: frozenset[str] = frozenset()
    ahead: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BlockUse:
    """One use of a block, with its resolved scope.

    ``file`` is the name of the file that the block comes from, empty for the same file (a chain of files is
    separated by `` > ``); ``home`` is the document that contains it (its ``source`` has the lines). ``code``
    holds its params (``$heads``), and the axes that its modules depend on (``dim``), in the names of the
    enclosing scope; params at their default are absent.
    """

    name: str
    file: str
    home: Graph
    scope: Scope
    code: Mapping[str, Setting]
    outputs: Mapping[str, TensorType]


@dataclass(frozen=True, slots=True)
class RepeatUse:
    """One use of a repeat: ``len(each)`` layers, of which equal ones are the same object.

    With ``share``, the module of ``each[0]`` is applied every time. ``carry`` maps each carried input port to
    the output that feeds it in the next layer. ``outputs`` are those of the last layer.
    """

    each: tuple[LayerUse | BlockUse, ...]
    carry: Mapping[str, str]
    outputs: Mapping[str, TensorType]


@dataclass(frozen=True, slots=True)
class ScanUse:
    """One use of a scan: ``cut`` and ``mask`` are the positions of the scanned axis in its inputs and mask.

    Sizes inside the body use the names of the enclosing scope. ``scope.inputs`` are the types at one step:
    each, state and const; ``scope.outputs`` are stacked, with the scanned axis at ``axis``. ``next`` holds
    every state's value for the following step; ``final`` maps outputs to states. ``mask`` is None if there is
    none in this use.
    """

    scope: Scope
    cut: Mapping[str, int]
    axis: int
    next: Mapping[str, Ref]
    final: Mapping[str, str]
    outputs: Mapping[str, TensorType]
    mask: int | None = None


@dataclass(frozen=True, slots=True)
class ReuseUse:
    """A further application of the module of ``target`` (a node, ``depth`` scopes further out)."""

    target: str
    depth: int
    use: LayerUse | BlockUse | RepeatUse | ScanUse
    outputs: Mapping[str, TensorType]


Use: TypeAlias = LayerUse | BlockUse | RepeatUse | ScanUse | ReuseUse


@dataclass(frozen=True, slots=True)
class Tie:
    """The owner of a tied parameter: ``node``, ``depth`` scopes further out, and the parameter's dotted name.

    The name follows the nesting of modules: ``attend.query.weight``, or ``0.ffn.weight`` in a repeat.
    """

    depth: int
    node: str
    parameter: str


@dataclass(frozen=True, slots=True)
class ResolvedNode:
    """A node of the graph and its use (None after a problem).

    ``inputs`` maps every wired port to refs with explicit ports, including those wired as ``in: x`` or in
    ``carry``; for a scan: what ``each``, ``const`` and the states that start from a wire read, and the mask
    under ``MASK``. ``types`` is what is known about its outputs, even if ``use`` is None. The keys of
    ``ties`` are the node's own parameters.
    """

    node: Call | Repeat | Scan | Reuse
    inputs: Mapping[str, Wire]
    use: Use | None
    types: Mapping[str, TensorType | None]
    ties: Mapping[str, Tie] = field(default_factory=dict[str, Tie])


@dataclass(frozen=True, slots=True)
class Scope:
    """A resolved body; ``order`` is a topological order of its nodes.

    ``outputs`` are those that are computed, without on-demand ones that nothing reads (attention weights).
    """

    values: Mapping[str, Any]
    inputs: Mapping[str, TensorType | None]
    nodes: Mapping[str, ResolvedNode]
    order: tuple[str, ...]
    outputs: Mapping[str, Ref]
    types: Mapping[str, TensorType | None]
    """The types of the outputs."""

    def shown(self, type_: TensorType) -> TensorType:
        """A type as shown to users, with this scope's names replaced by what they stand for."""
        return TensorType(type_.dtype, tuple(substitute(size, self.values) for size in type_.shape))

    def type_of(self, ref: Ref) -> TensorType | None:
        """The type of what a wire reads, in this scope's names; None if it is absent or unknown."""
        node = self.nodes.get(ref.node)
        return node.types.get(ref.port or "") if node else self.inputs.get(ref.node)

    def arrival(self, ref: Ref) -> TensorType | None:
        """The type of what a wire reads, as ``shown``."""
        type_ = self.type_of(ref)
        return type_ and self.shown(type_)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The result of checking a graph."""

    graph: Graph
    root: Scope
    problems: tuple[Problem, ...]
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    frames: Mapping[str, object] = field(default_factory=dict[str, object], repr=False, compare=False)
    """The checker's own view of every body, for ``check_wire``."""

    @property
    def ok(self) -> bool:
        """Whether the graph can be compiled: it has no errors."""
        return not has_errors(self.problems)
