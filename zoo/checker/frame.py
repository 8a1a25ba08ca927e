"""The frame: the context in which a body is resolved for one of its uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, Unpack

from zoo.checker.findings import Code, Finding, Said, TreePath
from zoo.checker.known import NOTHING, Known
from zoo.checker.local import ParamError, Sizes
from zoo.graph import Graph, Scan, join
from zoo.problems import Severity
from zoo.sizes import Name, Op, evaluate, linear, names, symbol
from zoo.spec import TensorType

if TYPE_CHECKING:
    from zoo.checker.memory import Key
    from zoo.checker.plan import Plan
    from zoo.checker.resolution import ResolvedNode
    from zoo.checker.session import Session

Origin: TypeAlias = Said | tuple[object, ...]
"""The common cause of several findings; empty if there is none."""


class Where(TypedDict, total=False):
    """The optional fields of a finding: see ``Finding``. A finding ``about`` an input is a warning."""

    at: TreePath
    key: bool
    port: str
    about: TreePath
    origin: Origin


class Frame(Sizes):
    """A body in one of its uses, with what its names stand for.

    ``reads`` are the outputs of its nodes that something reads, ``names`` what its nodes may read, ``masks``
    the inputs that are masks. If the body belongs to a scan that is reused, ``twins`` are the nodes whose
    modules are applied again. A scan's body has an ``outer`` frame, and a ``path`` from the enclosing block
    or graph. ``scope`` addresses the body (see ``zoo.graph``), ``key`` identifies this use, ``origins`` says
    where the values of its params were written. ``late`` are reuses, here or further inside, that precede the
    node whose module they apply.
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
        super().__init__(values)
        self.session, self.home, self.file, self.plan = session, home, file, plan
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

    def asked(self, name: str, demand: frozenset[str], default: str | None) -> frozenset[str]:
        """The on-demand outputs of a node that are read; ``default`` is the one meant by its bare name."""
        if not demand:
            return NOTHING
        alone = default in demand and (name, None) in self.reads
        return frozenset(port for port in demand if (name, port) in self.reads or (alone and port == default))

    def inside(self, plan: Plan, name: str) -> Frame:
        """The frame of a scan in this body; it shares the names of sizes with this one."""
        key, scope, path = (*self.key, name), join(self.scope, name), (*self.path, name)
        inner = Frame(self.session, self.home, self.file, plan, self.values, key, scope, self, path)
        inner.origins = self.origins
        return inner

    def chain(self) -> list[Frame]:
        """The frames from the enclosing block or graph down to this one."""
        return [*(self.outer.chain() if self.outer else ()), self]

    def axes(self) -> set[str]:
        """The axes of the inputs of the enclosing block or graph."""
        body = self.chain()[0].plan.body
        assert not isinstance(body, Scan)
        shapes = [port.shape for port in body.inputs.values()]
        sizes = [axis for shape in shapes for axis in shape if isinstance(axis, Name | Op)]
        return {word for size in sizes for word in names(size) if not word.startswith("$")}

    def measured(self, word: str) -> bool:
        """Whether the size of an axis is a number, or can be computed from a required input."""
        body = self.chain()[0].plan.body
        assert not isinstance(body, Scan)
        sizes = (
            evaluate(axis, symbol)
            for port in body.inputs.values()
            if not port.optional
            for axis in port.shape
            if isinstance(axis, Name | Op)
        )
        return isinstance(self.ground(symbol(word)), int) or any(linear(size, word) for size in sizes)

    def origin(self, blamed: object) -> Origin:
        """Where the value of a param (``$name``), or of the param that an error concerns, was written."""
        word = blamed.word if isinstance(blamed, ParamError) else blamed
        if not isinstance(word, str):
            return ()
        return self.origins.get(
            word, Said(self.file, (*self.chain()[0].tree, "params", word.removeprefix("$")))
        )

    def report(
        self,
        code: Code,
        message: str,
        remedy: str = "",
        path: tuple[str, ...] = (),
        **where: Unpack[Where],
    ) -> None:
        """Add a finding about the body, or about the node at ``path``; ``at`` is relative to the body.

        If ``origin`` is the value of a param, the finding is placed where that value was written.
        """
        at, about = where.get("at", ()), where.get("about", ())
        severity: Severity = "warning" if about else "error"
        place, key = (*self.tree, *at), where.get("key", not at)
        port, origin, file = where.get("port", ""), where.get("origin", ()), self.file
        if isinstance(origin, Said):
            file, place, key = origin.file, origin.at, False
        finding = Finding(code, message, remedy, severity, path, port, file, place, key, about, origin)
        self.findings.append(finding)
