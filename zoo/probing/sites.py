"""Every node of a resolved graph at its place: its path, its module, the axes of what it gives, its walk.

Paths have a number for each layer of a repeat, as those of modules have: ``encoder.0.attend``. A node that
reuses another's module has a path of its own. Axes are named as the graph's inputs name them, whatever a
block calls them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from zoo.axes import open_axes
from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, Resolution, ReuseUse, ScanUse, Scope, Use
from zoo.graph import Repeat, Scan, refs
from zoo.sizes import substitute, symbol
from zoo.spec import TensorType

BATCH = "batch"
Path: TypeAlias = tuple[str, ...]
Axes: TypeAlias = tuple[str | None, ...]
"""The names of axes, None for one that has a size of its own."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A scan, or a cell that a recurrent layer walks: over which axis, and where each state comes from.

    ``begin`` is the module that is called once for all steps. ``states`` maps a state to the path of a node
    inside and its output (None: its only one).
    """

    path: Path
    begin: Path
    axis: str
    reverse: bool = False
    states: Mapping[str, tuple[Path, str | None]] = field(
        default_factory=dict[str, "tuple[Path, str | None]"]
    )


@dataclass(frozen=True, slots=True)
class Site:
    """A node: what it is, its module, and for each of its outputs the names of the axes.

    ``asked`` are the outputs that are computed on demand. ``inner`` is the walk inside of it, ``walk`` the
    one that it is in; ``alone`` tells that it reads states of that walk and nothing else.
    """

    path: Path
    module: Path
    what: str
    axes: Mapping[str, Axes]
    asked: frozenset[str] = frozenset()
    walk: Walk | None = None
    inner: Walk | None = None
    alone: bool = False

    @property
    def name(self) -> str:
        """The path as people write it."""
        return ".".join(self.path)

    def wire(self, port: str | None = None) -> str:
        """An output as people write it: ``cell.h``, or ``cell`` where it is the only one."""
        port = port or next(iter(self.axes))
        others = [each for each in self.axes if each not in self.asked and each != port]
        return f"{self.name}.{port}" if others or port in self.asked else self.name


def sequences(resolution: Resolution) -> tuple[str, ...]:
    """The axes of the inputs along which sequences run: all that have no size of their own but the batch."""
    return tuple(axis for axis in open_axes(resolution) if axis != BATCH)


def axes_of(type_: TensorType | None, values: Mapping[str, Any]) -> Axes:
    """The names of the axes of a type, down to those of the graph's inputs."""
    if type_ is None:
        return ()
    ground = [substitute(size, values) for size in type_.shape]
    return tuple(None if isinstance(size, int) else str(size) for size in ground)


def sites(resolution: Resolution) -> Iterator[Site]:
    """All nodes that have a module or reuse one, in the order in which they run."""
    yield from _body(_Home(resolution.root))


@dataclass(frozen=True, slots=True)
class _Home:
    """A body on the way: its scope, its path as shown and as modules have it, the walk it is, the body
    around.
    """

    scope: Scope
    path: Path = ()
    module: Path = ()
    walk: Walk | None = None
    outer: _Home | None = None


def _body(home: _Home) -> Iterator[Site]:
    for name in home.scope.order:
        node = home.scope.nodes[name]
        owner, target, use = home, name, node.use
        if isinstance(use, ReuseUse):
            for _ in range(use.depth):
                assert owner.outer is not None
                owner = owner.outer
            target, use = use.target, use.use
        if use is None:
            continue
        states: set[str] = set() if home.walk is None else {*home.walk.states}
        alone = bool(states) and {ref.node for wire in node.inputs.values() for ref in refs(wire)} <= states
        lender = owner.scope.nodes[target].node
        for inner, module, each in _modules(use, lender):
            path, at = (*home.path, name, *inner), (*owner.module, target, *module)
            yield from _use(each, path, at, home, lender, alone=alone)


def _modules(use: Use, node: object) -> Iterator[tuple[Path, Path, Use]]:
    """The modules of a node, with what stands behind its name in paths and in modules: a number in a
    repeat.
    """
    if isinstance(use, RepeatUse):
        assert isinstance(node, Repeat)
        for number, each in enumerate(use.each):
            own = (str(number),)
            yield own, () if node.share else own, use.each[0] if node.share else each
    else:
        yield (), (), use


def _use(use: Use, path: Path, module: Path, home: _Home, node: object, *, alone: bool) -> Iterator[Site]:
    assert isinstance(use, LayerUse | BlockUse | ScanUse)
    values = home.scope.values
    axes = {name: axes_of(type_, values) for name, type_ in use.outputs.items()}
    what = use.spec.id if isinstance(use, LayerUse) else use.name if isinstance(use, BlockUse) else "scan"
    asked = frozenset[str]()
    if isinstance(use, LayerUse):
        asked = frozenset(name for name, port in use.spec.outputs.items() if port.on_demand)
    inner = None
    if isinstance(use, ScanUse):
        assert isinstance(node, Scan)
        inner = _walk(use, node, path, module, values)
    yield Site(path, module, what, axes, asked, home.walk, inner, alone)
    if isinstance(use, BlockUse):
        yield from _body(_Home(use.scope, path, module, home.walk))
    elif isinstance(use, ScanUse):
        yield from _body(_Home(use.scope, path, module, inner, home))


def _walk(use: ScanUse, scan: Scan, path: Path, module: Path, values: Mapping[str, Any]) -> Walk:
    (axis,) = axes_of(TensorType("int", (symbol(scan.over),)), values)
    inside = {state: ref for state, ref in use.next.items() if ref.node in use.scope.nodes}
    states = {state: ((*path, ref.node), ref.port) for state, ref in inside.items()}
    return Walk(path, module, axis or scan.over, scan.reverse, states)
