"""Where resolving takes place: a body in one of its uses, with what its names stand for.

Sizes come in two forms here. **Local** ones are written in the names of the body (``dim``, ``$heads``), so
that generated code can say them; **ground** ones have every name replaced by what it stands for in this use,
down to numbers and the axes of the graph's inputs. Two sizes are the same when they are equal in either form.

A name whose value a problem hides, or a block without a use, stands for itself with a question mark
(``?dim``). It may be any size, so it silences what depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from zoo.checker.findings import Code, Finding, TreePath
from zoo.errors import SizeError
from zoo.graph import Graph, Node, Ref, Repeat, Scan, join
from zoo.problems import Severity
from zoo.sizes import Expr, Name, Op, Size, Symbolic, evaluate, names, substitute, symbol
from zoo.spec import Axis, Star, TensorType, Wild

if TYPE_CHECKING:
    from zoo.checker.memory import Key
    from zoo.checker.plan import Plan
    from zoo.checker.resolution import ResolvedNode, Use
    from zoo.checker.session import Session


Origin: TypeAlias = tuple[object, ...]
"""Where the value of a param was said; empty for everything else."""


class ParamError(SizeError):
    """A param stands where a size is expected, and has another kind of value."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word


NOTHING: frozenset[str] = frozenset()


class Known:
    """What may be read under a name: an input of the body, or the outputs of a node.

    ``ref`` and ``type`` are what the name alone means; ``ref`` is None where a port must be said. ``types``
    are a node's outputs (None when nothing is known of them), ``demand`` those that are computed only when
    something reads them. An ``optional`` input may be ``absent`` in this use.
    """

    __slots__ = ("absent", "demand", "optional", "ref", "type", "types")

    def __init__(
        self,
        ref: Ref | None,
        type: TensorType | None,
        types: Mapping[str, TensorType | None] | None = None,
        demand: frozenset[str] = NOTHING,
        *,
        optional: bool = False,
        absent: bool = False,
    ) -> None:
        self.ref, self.type, self.types, self.demand = ref, type, types, demand
        self.optional, self.absent = optional, absent

    def like(self, other: Known) -> bool:
        """Whether both say the same."""
        return (
            self.type == other.type
            and self.ref == other.ref
            and self.types == other.types
            and self.demand == other.demand
            and (self.optional, self.absent) == (other.optional, other.absent)
        )


class Frame:
    """A body in one of its uses. ``values`` are ground sizes of its axes and the values of its ``$params``.

    ``reads`` are the outputs of its nodes that something reads, ``names`` what its nodes may read, ``masks``
    those of its inputs that are masks. ``twins`` are the nodes whose modules are applied again, when the body
    is that of a scan that is reused. A scan's body has an ``outer`` one, and a ``path`` from the block or
    graph that both are in. ``scope`` addresses it (see
    ``zoo.graph``), ``key`` tells this use from every other. ``late`` are reuses, here or further in,
    that came before the node whose module they apply.
    """

    def __init__(
        self,
        session: Session,
        home: Graph,
        file: str,
        plan: Plan,
        values: Mapping[str, Any],
        key: Key,
        scope: str,
        outer: Frame | None = None,
        path: tuple[str, ...] = (),
    ) -> None:
        self.session, self.home, self.file, self.plan, self.values = session, home, file, plan, values
        self.key, self.scope, self.outer, self.path = key, scope, outer, path
        self.tree: TreePath = plan.tree
        self.reads: set[tuple[str, str | None]] = set()
        self.names: dict[str, Known] = {}
        self.masks: dict[str, TensorType] = {}
        self.resolved: dict[str, ResolvedNode] = {}
        self.twins: Mapping[str, ResolvedNode] = {}
        self.origins: dict[str, Origin] = {}
        self.late: list[tuple[Frame, str]] = []
        self.findings: list[Finding] = []
        self._grounds: dict[Size, Size] = {}

    def asked(self, name: str, demand: frozenset[str], default: str | None) -> frozenset[str]:
        """Which on-demand outputs of a node something reads; ``default`` is what its name alone means."""
        if not demand:
            return NOTHING
        alone = default in demand and (name, None) in self.reads
        return frozenset(port for port in demand if (name, port) in self.reads or (alone and port == default))

    # -------------------------------------------------------------------------------------------------- sizes

    def inside(self, plan: Plan, name: str) -> Frame:
        """The frame of a scan of this body; its sizes are written in the names of this one."""
        key, scope, path = (*self.key, name), join(self.scope, name), (*self.path, name)
        inner = Frame(self.session, self.home, self.file, plan, self.values, key, scope, self, path)
        inner.origins = self.origins
        return inner

    def chain(self) -> list[Frame]:
        """The frames of the block or graph and of the scans down to this one."""
        return [*(self.outer.chain() if self.outer else ()), self]

    def axes(self) -> set[str]:
        """The axes that the inputs of the block or graph have."""
        body = self.chain()[0].plan.body
        assert not isinstance(body, Scan)
        shapes = [port.shape for port in body.inputs.values()]
        sizes = [axis for shape in shapes for axis in shape if isinstance(axis, Name | Op)]
        return {word for size in sizes for word in names(size) if not word.startswith("$")}

    def ground(self, size: Size) -> Size:
        """What a local size stands for."""
        if isinstance(size, int):
            return size
        found = self._grounds.get(size)
        if found is None:
            found = self._grounds[size] = substitute(size, self.values)
        return found

    def same(self, left: Size, right: Size) -> bool:
        """Whether two local sizes are equal, or may be."""
        left, right = self.ground(left), self.ground(right)
        return left == right or is_open(left) or is_open(right)

    def origin(self, blamed: object) -> Origin:
        """Where the value of a param (``$name``) was said, or of the one that an error is about."""
        word = blamed.word if isinstance(blamed, ParamError) else blamed
        if not isinstance(word, str):
            return ()
        return self.origins.get(word, (self.file, self.chain()[0].tree, word))

    def evaluate(self, expr: Expr) -> Size:
        """The local size of an expression of axes and params; SizeError when a param is no size."""
        return evaluate(expr, self._size)

    def _size(self, word: str) -> Size:
        if word.startswith("$"):
            value = self.values.get(word)
            if value is None and word not in self.values:
                return symbol(f"?{word}")  # not declared, which the plan reports
            if not isinstance(value, Symbolic) and type(value) is not int:
                said = "true" if value is True else "false" if value is False else repr(value)
                raise ParamError(word, f"the param '{word[1:]}' is {said}, and sizes are made of integers")
        return symbol(word)

    def axis(self, axis: Axis) -> Size:
        """The local size of an axis that a graph, block or state declares; SizeError when it is none."""
        if isinstance(axis, Star | Wild):
            raise SizeError(
                f"'{axis}' is for the hints of layers; in a graph every axis has a name or a size"
            )
        size = self.evaluate(axis)
        if isinstance(ground := self.ground(size), int) and ground < 0:
            raise SizeError(f"an axis of size {ground} cannot be ('{axis}')")
        return size

    def word(self, size: Size) -> str:
        """A size for people: what it stands for."""
        text = str(self.ground(size)).replace("?", "").replace("$", "")
        return f"({text})" if " " in text else text

    def words(self, type: TensorType) -> str:
        """A type for people."""
        return " ".join([type.dtype, *map(self.word, type.shape)])

    # ----------------------------------------------------------------------------------------------- findings

    def report(
        self,
        code: Code,
        message: str,
        remedy: str = "",
        *,
        path: tuple[str, ...] = (),
        at: TreePath = (),
        key: bool = False,
        port: str = "",
        about: TreePath = (),
        origin: Origin = (),
    ) -> None:
        """Add a finding; ``at`` is relative to the body. What is ``about`` an input is a warning."""
        place = (*self.tree, *at)
        severity: Severity = "warning" if about else "error"
        self.findings.append(
            Finding(
                code, message, remedy, severity, path, port, self.file, place, key or not at, about, origin
            )
        )


class Site:
    """A node while it is resolved; ``index`` counts the layers of a repeat, ``twin`` is the module applied
    again.

    Without a name it is the body itself, whose outputs read nodes too.
    """

    __slots__ = ("frame", "index", "name", "node", "twin")

    def __init__(
        self,
        frame: Frame,
        name: str = "",
        node: Node | None = None,
        index: int | None = None,
        twin: Use | None = None,
    ) -> None:
        self.frame, self.name, self.node, self.index, self.twin = frame, name, node, index, twin

    @property
    def path(self) -> tuple[str, ...]:
        """The path of the node inside its body."""
        if not self.name:
            return ()
        return (self.name,) if self.index is None else (self.name, str(self.index))

    def report(
        self,
        code: Code,
        message: str,
        remedy: str = "",
        *,
        at: TreePath = (),
        key: bool = False,
        port: str = "",
        about: TreePath = (),
        origin: Origin = (),
    ) -> None:
        """Add a finding about the node; ``at`` is relative to it."""
        place = ("nodes", self.name, *at) if self.name else at
        self.frame.report(
            code,
            message,
            remedy,
            path=self.path,
            at=place,
            key=key or not at,
            port=port,
            about=about,
            origin=origin,
        )

    def at_wire(self, port: str, index: int | None) -> TreePath:
        """Where the node wires a port, which its file may not name."""
        node = self.node
        if isinstance(node, Repeat) and port in node.carry:
            return ("carry", port)
        inputs: Mapping[str, object] = getattr(node, "inputs", {})
        written = port if port in inputs else ""
        return ("in", written) if index is None else ("in", written, index)


def is_open(size: Size) -> bool:
    """Whether a ground size has a part that nothing says."""
    return isinstance(size, Symbolic) and any(atom.startswith("?") for atom in size.atoms())
