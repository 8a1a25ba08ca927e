"""The pass over names: makes plans, and finds unknown and ambiguous names, cycles and unused nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from zoo.checker import borrowed, params, scan_names, unused
from zoo.checker.findings import Code, Finding, TreePath, listed
from zoo.checker.mentions import params_of, params_of_ports, wires
from zoo.checker.order import arrange, told
from zoo.checker.plan import DEEPEST, Plan, entries
from zoo.errors import did_you_mean
from zoo.graph import Block, Graph, Node, Ref, Reuse, Scan
from zoo.problems import Severity


def plan_body(body: Graph | Block, file: str, name: str, dropped: Collection[str]) -> Plan:
    """The plan of a graph, or of its block ``name``; wires to ``dropped`` names are not reported."""
    plan = Plan(body, ("blocks", name) if name else ())
    planner = Planner(plan, file, (name,) if name else (), dropped)
    for at, word in params_of_ports(body):
        planner.params.append((word, (), (*plan.tree, *at)))
    planner.run()
    params.check(planner, body.params)
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
    """Makes the plan of one body; for that of the scan ``name``, ``outer`` plans the enclosing body."""

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
        """Unknown names that have been reported already."""
        self.unknown: dict[str, list[tuple[str, TreePath]]] = {}
        """Unknown names: for each, the nodes that read it (empty for an output), and where."""
        self.params: list[tuple[str, tuple[str, ...], TreePath]] = []
        """The params that are used, each with the node's path and the place."""

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
        # what seems to be unused may be read by a node that was left out, or under a wrong name
        if not self.dropped and not self.plan.unknown:
            unused.find(self)

    def _node(self, name: str, node: Node) -> None:
        read = list(wires(node))
        self.sources[name] = [ref.node for at, ref in read if self._leads_to_node(ref, name, at)]
        self.plan.sources[name] = tuple([ref.node for _, ref in read])
        for at, word in params_of(node):
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
        """Report each unknown name once, at the first wire that reads it."""
        for source, ends in self.unknown.items():
            if source in self.excused:
                continue
            name, at = ends[0]
            message, remedy = f"there is no node or input '{source}' here", ""
            around = list(self.chain())[1:]
            if any(source in planner.entries or source in planner.nodes for planner in around):
                remedy = f"it is outside the scan: hand it in with const: {{{source}: {source}}}"
            elif not self.nodes:
                remedy = "write the nodes under 'nodes'; there are none yet"
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
        """This planner and those of the enclosing bodies."""
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
        self.plan.reads = reads  # an output of the body is not a read: that depends on the enclosing body

    def _scan(self, name: str, scan: Scan) -> None:
        if len(self.title) >= DEEPEST:
            self.report(
                "graph-depth", f"scans lie {DEEPEST} deep at most", "move inner ones into blocks", node=name
            )
            self.lost.add(name)
            return
        plan = Plan(scan, (*self.plan.tree, "nodes", name, "scan"))
        inner = Planner(plan, self.file, (*self.title, name), self.dropped, self, name)
        scan_names.check(inner, scan)
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
                continue  # the wire may mean the input of that name instead
            names = [".".join((*self.title, name)) for name in cycle]
            place = (*self.plan.tree, "nodes", cycle[0])
            message, remedy = f"cycle {told(names)}", "a wire back in time goes through state/next"
            self.plan.findings.append(Finding("cycle", message, remedy, file=self.file, at=place, key=True))
