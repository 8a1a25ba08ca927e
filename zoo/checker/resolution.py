"""What the checker found out: every node with its spec, settings and types, for compiler and editor.

Inside one scope, sizes are written in the scope's own names: its axes (``dim``) and params (``$dim``);
``values`` says what each stands for outside, so ``64`` and ``$dim`` compare equal where ``$dim`` is 64, and
generated code can still say ``dim``. A block is resolved once for every distinct use (params, input types,
outputs read); equal uses share one ``Scope``.

What may be None at run time: an input that its body declares optional. ``Scope.inputs`` has None for one that
this use leaves unwired; wires that read it stay in ``ResolvedNode.inputs``, so that one class serves uses
with and without it.
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
"""A setting as code should write it: a plain value, an expression of params, or a solved size in the scope's
names.
"""

MASK = ""
"""The name under which ``ResolvedNode.inputs`` of a scan (or of a reuse of one) has the mask; no port is
called so.
"""


@dataclass(frozen=True, slots=True)
class LayerUse:
    """A layer with all that its call needs.

    ``settings`` are the validated values; ``code`` says how each setting that is given or solved is written
    in the scope's names (settings left at their default are absent from it). ``read`` are the on-demand
    outputs that something reads. ``ahead`` are the axes along which it sees later steps, ``hidden`` those
    along which it would but for its settings.
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
    """A block with the scope its use resolves to.

    ``file`` is the name of the file it was imported from, or empty (names of files that use each other stand
    apart by `` > ``); ``home`` is the document that holds it (its ``source`` has the lines). ``code`` says
    how its params (``$heads``) and the axes its modules are built from (``dim``) are written in the scope
    around it; params left at their default are absent from it.
    """

    name: str
    file: str
    home: Graph
    scope: Scope
    code: Mapping[str, Setting]
    outputs: Mapping[str, TensorType]


@dataclass(frozen=True, slots=True)
class RepeatUse:
    """``len(each)`` layers; equal ones are the same object. With ``share``, the module of ``each[0]`` is
    applied every time.

    ``carry`` maps each carried input port to the output that feeds it in the next layer. ``outputs`` are the
    last layer's.
    """

    each: tuple[LayerUse | BlockUse, ...]
    carry: Mapping[str, str]
    outputs: Mapping[str, TensorType]


@dataclass(frozen=True, slots=True)
class ScanUse:
    """A scan: its body's scope, and where the walked axis stands in each input that is cut, and in the mask.

    Sizes inside the body are written in the names of the scope around it. ``scope.inputs`` are the types of
    one step: each, state and const; ``scope.outputs`` is what is stacked, with the walked axis at ``axis``.
    ``next`` has every state's value for the step after, ``final`` maps outputs to states. ``mask`` is None
    for a scan that has none, or none in this use.
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
    """Another application of the module of ``target`` (a node name, ``depth`` scopes further out)."""

    target: str
    depth: int
    use: LayerUse | BlockUse | RepeatUse | ScanUse
    outputs: Mapping[str, TensorType]


Use: TypeAlias = LayerUse | BlockUse | RepeatUse | ScanUse | ReuseUse


@dataclass(frozen=True, slots=True)
class Tie:
    """Where a tied parameter lives: in ``node``, ``depth`` scopes further out, under a dotted name.

    The name goes through nodes as ``nn.Module`` names do: ``attend.query.weight``, ``0.ffn.weight`` in a
    repeat.
    """

    depth: int
    node: str
    parameter: str


@dataclass(frozen=True, slots=True)
class ResolvedNode:
    """A node of the graph beside what it resolves to (None where a problem stands in the way).

    ``inputs`` has every wired port by its name (also those that the file wires as ``in: x`` or in ``carry``),
    refs with their port spelled out; for a scan: what ``each``, ``const`` and the states that start from a
    wire read, and the mask under ``MASK``. ``types`` is what is known of its outputs, also where ``use`` is
    None. ``ties`` is by the node's own parameter.
    """

    node: Call | Repeat | Scan | Reuse
    inputs: Mapping[str, Wire]
    use: Use | None
    types: Mapping[str, TensorType | None]
    ties: Mapping[str, Tie] = field(default_factory=dict[str, Tie])


@dataclass(frozen=True, slots=True)
class Scope:
    """A resolved body. ``order`` lists the nodes so that each comes after what it reads.

    ``outputs`` are those that are computed: on-demand ones that nothing reads (an attention's weights) are
    left out.
    """

    values: Mapping[str, Any]
    inputs: Mapping[str, TensorType | None]
    nodes: Mapping[str, ResolvedNode]
    order: tuple[str, ...]
    outputs: Mapping[str, Ref]
    types: Mapping[str, TensorType | None]
    """The types of the outputs."""

    def shown(self, type_: TensorType) -> TensorType:
        """A type with this scope's names replaced by what they stand for: what a person reads on a wire."""
        return TensorType(type_.dtype, tuple(substitute(size, self.values) for size in type_.shape))

    def type_of(self, ref: Ref) -> TensorType | None:
        """The type of what a wire reads, in this scope's names; None where it is absent or unknown."""
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
