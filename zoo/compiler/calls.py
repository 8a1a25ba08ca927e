"""The lines of forward that apply the module of a node."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from zoo.checker.resolution import LayerUse, RepeatUse, ReuseUse
from zoo.compiler.body import Body
from zoo.compiler.names import plain
from zoo.compiler.program import Callee, Line, ModuleClass
from zoo.compiler.queries import applied, sources, unique, used
from zoo.compiler.text import call
from zoo.compiler.writer import Writer
from zoo.contract.ports import PREPARED
from zoo.graph import Ref, Repeat, refs


@dataclass(slots=True)
class Calls:
    """Writes the calls of one function; ``values`` maps what wires read to code."""

    writer: Writer
    body: Body
    values: dict[Ref, str] = field(default_factory=dict[Ref, str])
    variables: dict[str, str] = field(default_factory=dict[str, str])
    prepared: dict[str, str] = field(default_factory=dict[str, str])
    """The variables that hold what layers prepared before the loop, by node."""
    modules: dict[str, str] = field(default_factory=dict[str, str])
    """The local variables for modules, by node, where there are some."""
    layer: str = ""

    def variable(self, name: str) -> str:
        """The variable that holds the result of a node."""
        if name not in self.variables:
            self.variables[name] = self.body.in_forward.take(plain(name))
        return self.variables[name]

    def apply(self, name: str, indent: int = 8) -> list[Line]:
        """Write the call of a node's module, and note the code for its outputs."""
        node = self.body.scope.nodes[name]
        use = applied(used(node))
        variable = self.variable(name)
        owner, target, distance = self._owner(name)
        child = self.writer.children(owner, target)[0]
        module = self.module(name)
        if isinstance(use, RepeatUse):
            texts = self._repeat(name, use, child.callee, module, indent)
        else:
            given = {port: [self.values[ref] for ref in refs(wire)] for port, wire in node.inputs.items()}
            parts = [
                *_arguments(child.callee, given),
                *self._lent(child.written, distance),
                *self._flags(name),
                *([f"{PREPARED}={self.prepared[name]}"] if name in self.prepared else []),
            ]
            texts = call(
                f"{variable} = {module}", parts, self._name(name, child.callee, self.body.reads[name]), indent
            )
        return [Line(text, name) for text in texts]

    def module(self, name: str) -> str:
        """Code for the module of a node."""
        _, target, distance = self._owner(name)
        return self.modules.get(name) or self.body.module(target, distance)

    def at_hand(self, names: Iterable[str]) -> dict[str, str]:
        """Local variables for the modules of nodes, with the code for their values.

        A lookup of ``self.cell`` searches several dictionaries, and takes as long as a small layer.
        """
        own: dict[str, str] = {}
        for name in names:
            _, target, distance = self._owner(name)
            if distance == 0:
                self.modules[name] = self.in_forward(f"{name}_module")
                own[self.modules[name]] = self.body.module(target, 0)
        return own

    def prepare(self, name: str, constant: Container[str], *, copy: bool = False) -> list[Line]:
        """The line that has a node's layer prepare, if it does, and all that it prepares is ``constant``.

        With ``copy``, of copies, so that no two tensors of what it makes are views of one.
        """
        node = self.body.scope.nodes[name]
        use = applied(used(node))
        if not isinstance(use, LayerUse) or use.spec.prepares is None:
            return []
        read = {port: sources(node.inputs[port]) for port in use.spec.prepares if port in node.inputs}
        if any(ref.node not in constant for found in read.values() for ref in found):
            return []
        self.prepared[name] = self.in_forward(f"{name}_{PREPARED}")
        own = self.copied if copy else self.values.__getitem__
        parts = [f"{port}={own(ref)}" for port, (ref,) in read.items()]
        _, target, distance = self._owner(name)
        module = self.modules.get(name) or self.body.module(target, distance)
        head = f"{self.prepared[name]} = {module}.prepare"
        return [Line(text, name) for text in call(head, parts)]

    def copied(self, ref: Ref) -> str:
        """A copy of what a wire reads."""
        value = self.values[ref]
        return (
            f"None if {value} is None else {value}.clone()"
            if ref.node in self.body.maybe
            else f"{value}.clone()"
        )

    def _owner(self, name: str) -> tuple[Body, str, int]:
        """The body that has the module of a node, its node there, and how far out that is."""
        use = self.body.scope.nodes[name].use
        if isinstance(use, ReuseUse):
            return self.body.around(use.depth), use.target, use.depth
        return self.body, name, 0

    def _lent(self, written: ModuleClass | None, distance: int) -> list[str]:
        """What a scan borrows from the bodies around it."""
        if written is None:
            return []
        modules = [
            f"{parameter}={self.body.module(node, distance + depth - 1)}"
            for (node, depth), parameter in written.lent.items()
        ]
        return [*modules, *(f"{name}={self.body.size(axis)}" for axis, name in written.sizes.items())]

    def _flags(self, name: str) -> list[str]:
        """The outputs on demand that a layer is asked for."""
        asked: dict[str, None] = {}
        for scope in self.body.scopes:
            use = applied(used(scope.nodes[name]))
            for layer in unique(use.each) if isinstance(use, RepeatUse) else [use]:
                if isinstance(layer, LayerUse):
                    asked |= dict.fromkeys(sorted(layer.read))
        return [f"{output}=True" for output in asked]

    def _name(self, name: str, callee: Callee, reads: Iterable[str | None]) -> str:
        """Note how code names the outputs; returns the field to take at once where a single one is read."""
        variable = self.variable(name)
        ports = list(callee.outputs)
        read = {port or ports[0] for port in reads}
        only = callee.outputs[next(iter(read))] if len(read) == 1 else None
        for port in read:
            part = callee.outputs[port]
            value = variable if part is None or part == only else f"{variable}.{part}"
            self.values[Ref(name, port)] = value
            if port == ports[0]:
                self.values[Ref(name)] = value
        return "" if only is None else f".{only}"

    def _repeat(self, name: str, use: RepeatUse, callee: Callee, module: str, indent: int) -> list[str]:
        """A loop over the layers of a repeat, or over one module as often."""
        node, variable = self.body.scope.nodes[name], self.variable(name)
        given = {port: [self.values[ref] for ref in refs(wire)] for port, wire in node.inputs.items()}
        tail = self._name(name, callee, {*self.body.reads[name], *use.carry.values()})
        results = {port: self.values[Ref(name, output)] for port, output in use.carry.items()}
        alone = list(results.values()) == [variable]
        carried = {port: variable if alone else self.in_forward(f"{variable}_{port}") for port in results}
        starts = [given[port][0] for port in carried]
        given |= {port: [text] for port, text in carried.items()}

        _, target, distance = self._owner(name)
        repeat = self.body.around(distance).scope.nodes[target].node
        assert isinstance(repeat, Repeat)
        self.layer = self.layer or self.in_forward("layer")
        head = f"for {self.layer} in {module}:"
        if repeat.share:
            head = f"for _ in range({self.body.count(repeat.count)}):"
        pad = " " * indent
        lines = [f"{pad}{', '.join(carried.values())} = {', '.join(starts)}", f"{pad}{head}"]
        parts = [*_arguments(callee, given), *self._flags(name)]
        applied_ = module if repeat.share else self.layer
        lines += call(f"{variable} = {applied_}", parts, tail, indent + 4)
        if not alone:
            lines.append(f"{pad}    {', '.join(carried.values())} = {', '.join(results.values())}")
        return lines

    def in_forward(self, *wishes: str) -> str:
        """A new variable."""
        return self.body.in_forward.take(*map(plain, wishes))


def _arguments(callee: Callee, given: Mapping[str, list[str]]) -> list[str]:
    """The arguments of a call: by place as long as none is left out, then by name."""
    parts: list[str] = []
    by_place = True
    for port, into in callee.inputs.items():
        name = "" if by_place else f"{into.name}="
        if into.variadic:
            parts += given.get(port, [])
        elif port in given:
            parts.append(f"{name}{given[port][0]}")
        elif into.default:
            by_place = False
        else:
            parts.append(f"{name}None")
    return parts
