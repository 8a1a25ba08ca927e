"""What a body says before any type is known: its names, wires and order.

A ``Plan`` is made once for a body, however often a block is used. Making it finds what is wrong with names
alone: wires to nothing, cycles, nodes that nothing reads, params that do not exist, states without a next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from zoo.checker import borrowed, unused
from zoo.checker.findings import Code, Finding, TreePath, listed
from zoo.checker.mentions import params, params_of_ports, wires
from zoo.checker.order import arrange, told
from zoo.checker.resolution import Tie
from zoo.errors import did_you_mean
from zoo.graph import Block, Body, Graph, Node, Ref, Reuse, Scan
from zoo.problems import Severity

DEEPEST = 64
"""Blocks and scans that may lie within each other."""


@dataclass(slots=True)
class Plan:
    """A body made ready for resolving.

    ``tree`` is the body's place in its document, ``order`` has every node; ``lost`` are those in a cycle,
    which get no types. ``reads`` are the outputs that nodes read, ``uses`` the layers and blocks. ``inner``
    are the plans of its scans. ``reuses`` and ``ties`` say where a module or parameter lives: a node, so many
    scopes further out.
    """

    body: Body
    tree: TreePath
    order: list[str] = field(default_factory=list[str])
    lost: Collection[str] = ()
    unclear: set[str] = field(default_factory=set[str])
    unknown: set[str] = field(default_factory=set[str])
    borrowers: Collection[str] = ()
    reads: set[tuple[str, str | None]] = field(default_factory=set[tuple[str, str | None]])
    uses: set[str] = field(default_factory=set[str])
    inner: dict[str, Plan] = field(default_factory=dict[str, "Plan"])
    reuses: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    ties: dict[str, dict[str, Tie]] = field(default_factory=dict[str, dict[str, Tie]])
    findings: list[Finding] = field(default_factory=list[Finding])

    @property
    def outputs(self) -> Mapping[str, Ref]:
        """What the body hands out: of a scan, what is stacked."""
        return self.body.stack if isinstance(self.body, Scan) else self.body.outputs


def plan_body(body: Graph | Block, file: str, name: str, dropped: Collection[str]) -> Plan:
    """The plan of a graph, or of its block ``name``; ``dropped`` are names that may be read though nothing
    has them.
    """
    plan = Plan(body, ("blocks", name) if name else ())
    planner = Planner(plan, file, (name,) if name else (), dropped)
    for at, word in params_of_ports(body):
        planner.params.append((word, (), (*plan.tree, *at)))
    planner.run()
    planner.check_params(body.params)
    if isinstance(body, Block) and not body.outputs and not dropped:
        planner.report(
            "output-missing",
            f"the block {name} has no outputs",
            "write outputs: {out: node}",
            at=("outputs",),
            key=True,
        )
    return plan


class Planner:
    """Makes the plan of one body; the planners of scans inside it know it as ``outer``, and their own
    ``name`` in it.
    """

    def __init__(
        self,
        plan: Plan,
        file: str,
        title: tuple[str, ...],
        dropped: Collection[str],
        outer: Planner | None = None,
        name: str = "",
    ) -> None:
        self.plan, self.file, self.title, self.dropped = plan, file, title, dropped
        self.outer, self.name = outer, name
        self.nodes = plan.body.nodes
        self.entries = dict(entries(plan.body))
        self.sources: dict[str, list[str]] = {}
        """For each node, the nodes that it reads."""
        self.lenders: dict[str, set[str]] = {}
        """For each node, the nodes whose modules it or a node inside it applies."""
        self.tied: dict[str, set[str]] = {}
        """For each node, the nodes whose parameters it or a node inside it shares."""
        self.lost: set[str] = set()
        self.used: set[str] = set()
        self.excused: set[str] = set()
        """Names that nothing has, and that have been reported as such."""
        self.unknown: dict[str, list[tuple[str, TreePath]]] = {}
        """Names that are read though nothing has them: by which node (none: an output), and where."""
        self.params: list[tuple[str, tuple[str, ...], TreePath]] = []
        """The params that are used, each with node path and place."""

    def report(
        self,
        code: Code,
        message: str,
        remedy: str = "",
        *,
        node: str = "",
        at: TreePath = (),
        key: bool = False,
        port: str = "",
        severity: Severity = "error",
    ) -> None:
        """Add a finding about ``node`` or, without one, about the body; ``at`` is relative to either."""
        place = (*self.plan.tree, "nodes", node, *at) if node else (*self.plan.tree, *at)
        path = (node,) if node else ()
        found = Finding(code, message, remedy, severity, path, port, self.file, place, key or not at)
        self.plan.findings.append(found)

    def run(self) -> None:
        """Fill the plan."""
        for name in self.nodes:
            if name in self.entries:
                message = f"'{name}' is also the name of an input here, and a wire to it could mean either"
                self.report("name-twice", message, "rename one of them", node=name)
                self.plan.unclear.add(name)
        for name, node in self.nodes.items():
            self._node(name, node)
        self._outputs()
        self._report_unknown()
        borrowed.find(self)
        self._arrange()
        # what was left out, or goes by a wrong name, may be what seems to be unused
        if not self.dropped and not self.plan.unknown:
            unused.find(self)

    def _node(self, name: str, node: Node) -> None:
        self.sources[name] = [ref.node for at, ref in wires(node) if self._leads_to_node(ref, name, at)]
        for at, word in params(node):
            self.params.append((word, (name,), (*self.plan.tree, "nodes", name, *at)))
        if isinstance(node, Scan):
            self._scan(name, node)
        elif not isinstance(node, Reuse):
            self.plan.uses.add(node.use)

    def _leads_to_node(self, ref: Ref, name: str, at: TreePath) -> bool:
        source = ref.node
        self.used.add(source)
        if source in self.nodes:
            self.plan.reads.add((source, ref.port))
            return True
        if source not in self.entries and source not in self.dropped:
            self.unknown.setdefault(source, []).append((name, at))
            for planner in self.chain():
                planner.plan.unknown.add(source)
        return False

    def _report_unknown(self) -> None:
        """One problem for each name that is read and that nothing has, at the first wire that reads it."""
        for source, ends in self.unknown.items():
            if source in self.excused:
                continue
            name, at = ends[0]
            message, remedy = f"there is no node or input '{source}' here", ""
            around = list(self.chain())[1:]
            if any(source in planner.entries or source in planner.nodes for planner in around):
                remedy = f"it is outside the scan: hand it in with const: {{{source}: {source}}}"
            else:
                names = [word for word in (*self.entries, *self.nodes) if word != name]
                hint = did_you_mean(source, names)
                message += hint
                remedy = "" if hint else f"the names here are {listed(names)}"
            if len(ends) > 1:
                message += f" ({len(ends)} wires read it)"
            port = str(at[1]) if name and at[0] in ("in", "carry") else ""
            self.report("wire-unknown", message, remedy, node=name, at=at, port=port)

    def chain(self) -> Iterator[Planner]:
        """This planner and those around it."""
        planner: Planner | None = self
        while planner is not None:
            yield planner
            planner = planner.outer

    def _outputs(self) -> None:
        body = self.plan.body
        if isinstance(body, Scan):
            parts = {"stack": body.stack, "next": body.next}
            self.used.update(body.final.values())
            self.plan.reads.update((ref.node, ref.port) for ref in body.next.values())
        else:
            parts = {"outputs": body.outputs}
        reads = set(self.plan.reads)
        for part, wired in parts.items():
            for name, ref in wired.items():
                self._leads_to_node(ref, "", (part, name))
        self.plan.reads = reads  # outputs count as read only where something reads them further out

    def _scan(self, name: str, scan: Scan) -> None:
        if len(self.title) >= DEEPEST:
            self.report(
                "graph-depth", f"scans lie {DEEPEST} deep at most", "move inner ones into blocks", node=name
            )
            self.lost.add(name)
            return
        plan = Plan(scan, (*self.plan.tree, "nodes", name, "scan"))
        inner = Planner(plan, self.file, (*self.title, name), self.dropped, self, name)
        _check_scan(inner, scan)
        inner.run()
        self.plan.inner[name] = plan
        self.plan.uses |= plan.uses
        self.plan.findings.extend(finding.under((name,)) for finding in plan.findings)
        self.params.extend((word, (name, *path), at) for word, path, at in inner.params)

    def _arrange(self) -> None:
        self.plan.order, cycles = arrange(self.sources, self.lenders)
        self.plan.lost = self.lost.union(*cycles)
        self.plan.borrowers = self.lenders.keys()
        for cycle in cycles:
            if self.plan.unclear.intersection(cycle):
                continue  # it may read the input of that name
            names = [".".join((*self.title, name)) for name in cycle]
            place = (*self.plan.tree, "nodes", cycle[0])
            message, remedy = f"cycle {told(names)}", "a wire back in time goes through state/next"
            self.plan.findings.append(Finding("cycle", message, remedy, file=self.file, at=place, key=True))

    def check_params(self, declared: Mapping[str, object]) -> None:
        """Report params that are used and not declared or, if there are none, the other way round."""
        unknown: dict[str, list[tuple[tuple[str, ...], TreePath]]] = {}
        for word, path, at in self.params:
            name = word.removeprefix("$")
            if word == name or (name not in declared and name not in self.dropped):
                unknown.setdefault(word, []).append((path, at))
        for word, places in unknown.items():
            name, (path, at) = word.removeprefix("$"), places[0]
            hint = did_you_mean(name, declared)
            message, remedy = f"there is no param '{name}'{hint}", f"declare it: params: {{{name}: …}}"
            if word == name:
                message = f"'{name}' is no param, and expressions are made of integers and params"
                remedy = f"write '${name}' for a param"
            if len(places) > 1:
                message += f" (it is used {len(places)} times)"
            found = Finding(
                "param-unknown", message, "" if hint else remedy, path=path, file=self.file, at=at
            )
            self.plan.findings.append(found)
        self.plan.unknown.update(unknown)
        used = {word.removeprefix("$") for word, _, _ in self.params}
        for name in declared:
            if name not in used and not unknown and not self.dropped:
                message, at = f"nothing uses the param '{name}'", ("params", name)
                self.report("param-unused", message, "remove it", at=at, key=True, severity="warning")


def entries(body: Body) -> Iterator[tuple[str, TreePath]]:
    """The names that come into a body, each with its place."""
    if isinstance(body, Scan):
        for part, names in (("each", body.each), ("state", body.state), ("const", body.const)):
            for name in names:
                yield name, (part, name)
    else:
        for name in body.inputs:
            yield name, ("inputs", name)


def _check_scan(inner: Planner, scan: Scan) -> None:
    """What is wrong with the parts of a scan by their names alone."""
    seen: dict[str, TreePath] = {}
    for name, at in entries(scan):
        if name in seen:
            message = f"'{name}' is both {seen[name][0]} and {at[0]} of this scan"
            inner.report("name-twice", message, "rename one of them", at=at, key=True)
            inner.plan.unclear.add(name)
        seen[name] = at
    strangers = {name: "next" for name in scan.next if name not in scan.state}
    strangers.update(
        {state: "final" for state in scan.final.values() if state not in {*scan.state, *strangers}}
    )
    for name, part in strangers.items():
        if name in inner.dropped:
            continue
        hint = did_you_mean(name, scan.state)
        message = f"{part} names '{name}', which is no state of this scan{hint}"
        remedy = "" if hint else f"its states are {listed(scan.state)}"
        key = name if part == "next" else next(out for out, state in scan.final.items() if state == name)
        code: Code = "scan-next" if part == "next" else "scan-final"
        inner.report(code, message, remedy, at=(part, key), key=part == "next")
        inner.excused.add(name)
    for name in scan.state:
        if name not in scan.next and name not in inner.dropped and not strangers:
            message = f"the state '{name}' has no next, so nothing is fed back"
            remedy = f"write next: {{{name}: …}}, or make it a const"
            inner.report("scan-next", message, remedy, at=("state", name), key=True)
    for name in scan.final:
        if name in scan.stack:
            message = f"'{name}' is both a stack and a final of this scan, and an output has one meaning"
            inner.report("scan-output", message, "rename one of them", at=("final", name), key=True)
    if not scan.each and not inner.dropped:
        message = f"a scan cuts at least one input into steps along '{scan.over}', and this one has no each"
        inner.report("scan-axis", message, "write each: {x: …}", at=("over",))
