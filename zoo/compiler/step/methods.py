"""The two methods of a body in a stream while they are written: parameters, state, results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zoo.checker.resolution import ResolvedNode, Scope
from zoo.compiler.body import Home
from zoo.compiler.names import Names
from zoo.compiler.names import field as field_name
from zoo.compiler.program import OWN, Line, ModuleClass, Program
from zoo.compiler.step.axis import StreamAxis
from zoo.compiler.step.body import Modules, Refused, Slots, StepBody
from zoo.compiler.step.calls import StepCalls
from zoo.compiler.step.program import Kept, StepClass, StepProgram
from zoo.compiler.step.streamability import Arrival
from zoo.compiler.text import call
from zoo.graph import Ref, refs
from zoo.problems import Problem
from zoo.spec import Port


@dataclass(slots=True)
class StepContext:
    """What all classes of one stream share while they are written; ``problems`` collects obstacles.

    ``model`` is a program for the walks of scans, which are written as the model's are.
    """

    along: StreamAxis
    program: StepProgram
    model: Program
    problems: list[Problem] = field(default_factory=list[Problem])
    blocks: dict[object, StepClass] = field(default_factory=dict[object, StepClass])
    """The drafts of blocks, by their scope and the inputs that come in pieces."""


class MethodPair:
    """``begin`` writes the calls of ``initial_state``, ``go`` those of ``step``.

    ``model`` is the class of the model that it is the stream of, ``moving`` are the inputs that come in
    pieces, and then the nodes that depend on them.
    """

    def __init__(
        self,
        context: StepContext,
        scope: Scope,
        home: Home,
        model: ModuleClass,
        moving: frozenset[str],
        path: tuple[str, ...] = (),
    ) -> None:
        self.context, self.along, self.scope, self.path = context, context.along, scope, path
        self.moving = set(moving)
        self.model, self.slots, self.fields = model, Slots(), Names()
        self.body = self._body(home, begins=False)
        modules = Modules(context.model)
        self.begin = StepCalls(modules, self._body(home, begins=True))
        self.go = StepCalls(modules, self.body)
        self.beginning: list[Line] = []
        self.going: list[Line] = []
        self.state: dict[str, tuple[Kept, str, str]] = {}
        """The fields of the state: what they hold, and the code for it when it begins and after a piece."""
        self.kept: dict[Ref, str] = {}

    def _body(self, home: Home, *, begins: bool) -> StepBody:
        return StepBody(
            self.context.model,
            (self.scope,),
            home,
            model=self.model,
            along=self.along,
            slots=self.slots,
            begins=begins,
        )

    def take(self, inputs: Mapping[str, Port], *, moves: bool) -> dict[str, str]:
        """The parameters of a method; an input that this use leaves out is None in both."""
        calls = self.go if moves else self.begin
        taken: dict[str, str] = {}
        for name, port in inputs.items():
            type_ = self.scope.inputs[name]
            if type_ is None:
                calls.values[Ref(name)] = "None"
            elif (name in self.moving) == moves:
                taken[name] = calls.values[Ref(name)] = calls.in_forward(name)
                if not port.optional:
                    calls.body.shaped.append((taken[name], type_))
        return taken

    def results(self) -> list[str]:
        """What the outputs read, at a piece."""
        results: list[str] = []
        for name, ref in self.scope.outputs.items():
            try:
                results.append(self.here(ref))
            except Refused as why:
                self.refuse(name, Refused(f"as an output, {why.reason}", why.remedy))
        return results

    def end(self, results: list[str]) -> None:
        """The last lines of both methods."""
        first = [text for _, text, _ in self.state.values()]
        after = [text for _, _, text in self.state.values()]
        self.beginning += map(Line, call(f"return {OWN}State", first))
        found = results[0] if len(results) == 1 else f"({', '.join(results)})"
        self.going += map(Line, call(f"return {found}, {OWN}State", after))

    def here(self, ref: Ref) -> str:
        """What a wire reads, at a piece: of the stream, or kept since it began."""
        if ref in self.go.values:
            return self.go.values[ref]
        text = self.begin.values[ref]
        if text != "None" and ref not in self.kept:
            type_ = self.body.type(ref)
            if type_ is not None and not self.along.has_rows(type_, self.scope):
                raise Refused(
                    f"'{ref}' stays for the whole stream and has no rows in front, by which it is reordered",
                    f"let it begin with the axis '{self.along.batch}'",
                )
            name = self.entry(ref.node if ref.port is None else f"{ref.node}_{ref.port}")
            self.kept[ref] = f"state.{name}"
            self.state[name] = None, text, self.kept[ref]
        return self.kept.get(ref, text)

    def entry(self, wish: str) -> str:
        """A new field of the state."""
        return self.fields.take(field_name(wish))

    def arrivals(self, node: ResolvedNode) -> list[Arrival]:
        """What comes to a node, but for inputs that this use leaves out."""
        found: list[Arrival] = []
        for port, wire in node.inputs.items():
            for ref in refs(wire):
                type_ = self.body.type(ref)
                if ref.node in self.scope.nodes or type_ is not None:
                    places = tuple(self.along.places(type_, self.scope))
                    found.append(Arrival(port, ref.node in self.moving, places, type_))
        return found

    def refuse(self, name: str, why: Refused) -> None:
        """Note why a node keeps the graph from being streamed."""
        path = ".".join((*self.path, name))
        problem = Problem("error", "not-streamed", why.reason, why.remedy, path, self.body.place(name))
        self.context.problems.append(problem)
