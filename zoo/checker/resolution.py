"""What the checker found out: every node with its spec, settings and types. The compiler and the editor read it.

Inside one scope, sizes are written in the scope's own names: its axes (``dim``) and params (``$dim``); ``values`` says what
each stands for outside, so ``64`` and ``$dim`` compare equal where ``$dim`` is 64, and generated code can still say ``dim``.
A block is resolved once for every distinct use (params, input types, outputs read); equal uses share one ``Scope``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, Union

from zoo.graph import Call, Graph, Ref, Repeat, Reuse, Scan, Value, Wire
from zoo.problems import Problem, has_errors
from zoo.sizes import Size, substitute
from zoo.spec import LayerSpec, TensorType

Setting: TypeAlias = Union[Value, Size]
"""A setting as code should write it: a plain value, an expression of params, or a solved size in the scope's names."""


@dataclass(frozen=True, slots=True)
class LayerUse:
    """A layer with all that its call needs.

    ``settings`` are the validated values; ``code`` says how each setting that is given or solved is written in the scope's names
    (settings left at their default are absent). ``inputs`` has every wired port by name, refs with their port spelled out.
    ``read`` are the on-demand outputs that something reads.
    """

    spec: LayerSpec
    settings: Mapping[str, Any]
    code: Mapping[str, Setting]
    outputs: Mapping[str, TensorType]
    read: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BlockUse:
    """A block with the scope its use resolves to. ``file`` is the name of the file it was imported from, or empty.

    ``code`` says how its params, and the axes its body needs the size of, are written in the scope around it.
    """

    name: str
    file: str
    scope: Scope
    code: Mapping[str, Setting]
    outputs: Mapping[str, TensorType]


@dataclass(frozen=True, slots=True)
class RepeatUse:
    """``len(each)`` layers; equal ones are the same object. ``share`` applies ``each[0]``'s module every time.

    ``carry`` maps each carried input port to the output that feeds it in the next layer.
    """

    each: tuple[LayerUse | BlockUse, ...]
    carry: Mapping[str, str]
    outputs: Mapping[str, TensorType]


@dataclass(frozen=True, slots=True)
class ScanUse:
    """A scan: its body's scope, and where the walked axis stands in each input that is cut, and in the mask.

    Sizes inside the body are written in the names of the scope around it. Stacked outputs have the walked axis at ``axis``.
    """

    scope: Scope
    cut: Mapping[str, int]
    axis: int
    outputs: Mapping[str, TensorType]


@dataclass(frozen=True, slots=True)
class ReuseUse:
    """Another application of the module of ``target`` (a node name, ``depth`` scopes further out)."""

    target: str
    depth: int
    use: LayerUse | BlockUse | RepeatUse | ScanUse
    outputs: Mapping[str, TensorType]


Use: TypeAlias = Union[LayerUse, BlockUse, RepeatUse, ScanUse, ReuseUse]


@dataclass(frozen=True, slots=True)
class ResolvedNode:
    """A node of the graph beside what it resolves to (None where a problem stands in the way)."""

    node: Call | Repeat | Scan | Reuse
    inputs: Mapping[str, Wire]
    use: Use | None


@dataclass(frozen=True, slots=True)
class Scope:
    """A resolved body. ``order`` lists the nodes so that each comes after what it reads."""

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


@dataclass(frozen=True, slots=True)
class Resolution:
    """The result of checking a graph."""

    graph: Graph
    root: Scope
    problems: tuple[Problem, ...]
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def ok(self) -> bool:
        """Whether the graph can be compiled: it has no errors."""
        return not has_errors(self.problems)
