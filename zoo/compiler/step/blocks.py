"""Writing the class of a graph or block in a stream.

def initial_state(self, batch, device, dtype, memory):      what does not depend on the stream
def step(self, state, x):                                   what does, from the state before the piece
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ResolvedNode, ScanUse, Scope, Use
from zoo.compiler.body import Home, note
from zoo.compiler.names import camel
from zoo.compiler.program import ModuleClass
from zoo.compiler.queries import applied, used, wanted
from zoo.compiler.step.body import Refused
from zoo.compiler.step.calls import StatefulNode, Stepped
from zoo.compiler.step.methods import MethodPair, StepContext
from zoo.compiler.step.program import GIVEN, Stack, StepClass
from zoo.compiler.step.scans import ScanSteps
from zoo.compiler.step.streamability import Arrival, layer_steps, scan_steps
from zoo.compiler.text import call
from zoo.graph import Ref, Repeat, Scan, refs
from zoo.sizes import substitute, symbol
from zoo.spec import Port


def block_steps(
    context: StepContext, use: BlockUse, model: ModuleClass, moving: frozenset[str], path: tuple[str, ...]
) -> StepClass:
    """Draft the class of a block whose inputs ``moving`` receive pieces, once for all such uses."""
    key = id(use.scope), moving
    if key not in context.blocks:
        block = use.home.blocks[use.name]
        home = Home(use.home, ("blocks", use.name))
        steps = Steps(context, use.scope, home, model, moving, path)
        context.blocks[key] = steps.write(block.inputs, block.about or f"The block '{use.name}'.")
    return context.blocks[key]


class Steps:
    """Writes the class of one body; the arguments are those of ``MethodPair``."""

    def __init__(
        self,
        context: StepContext,
        scope: Scope,
        home: Home,
        model: ModuleClass,
        moving: frozenset[str],
        path: tuple[str, ...] = (),
    ) -> None:
        self.context, self.scope = context, scope
        self.half = MethodPair(context, scope, home, model, moving, path)

    def write(self, inputs: Mapping[str, Port], about: str) -> StepClass:
        """The draft of the class."""
        half, scope = self.half, self.scope
        optional = frozenset(name for name, port in inputs.items() if port.optional)
        reads = wanted(scope.nodes, scope.outputs.values())
        for calls, words in ((half.begin, GIVEN), (half.go, ("state",))):
            calls.body.reads, calls.body.maybe = reads, optional
            for word in words:
                calls.body.in_forward.take(word)
        whole, pieces = half.take(inputs, moves=False), half.take(inputs, moves=True)
        for name in reads:
            half.begin.variable(name)
            half.go.variable(name)
        for name in scope.order:
            if name in reads:
                self._node(name, scope.nodes[name])
        half.end(half.results())
        state = {name: kept for name, (kept, _, _) in half.state.items()}
        return StepClass(
            about,
            whole,
            pieces,
            optional,
            tuple(scope.outputs),
            state,
            half.slots.lines,
            half.beginning,
            half.going,
            note(half.body.home.owner),
            sizes=half.begin.body.sizes,
        )

    # --------------------------------------------------------------------------------------------- its nodes

    def _node(self, name: str, node: ResolvedNode) -> None:
        arrivals = self.half.arrivals(node)
        if not any(each.moving for each in arrivals):
            self.half.beginning += self.half.begin.apply(name)
            return
        self.half.moving.add(name)
        try:
            layers = self._layers(name, arrivals)
            if layers:
                self._go_on(name, layers, arrivals)
            else:
                for wire in node.inputs.values():
                    self.half.go.values.update((ref, self.half.here(ref)) for ref in refs(wire))
                self.half.going += self.half.go.apply(name)
        except Refused as why:
            self.half.refuse(name, why)
            self.half.go.values |= {Ref(name, port): "None" for port in (None, *node.types)}

    def _layers(self, name: str, arrivals: list[Arrival]) -> list[Stepped]:
        """What has a state: the module of a node, or of each layer of a repeat; empty if nothing has."""
        use = applied(used(self.scope.nodes[name]))
        uses: list[Use] = [use]
        if isinstance(use, RepeatUse):
            uses = [*use.each]
            arrivals = [replace(each, moving=each.moving or each.port in use.carry) for each in arrivals]
        many = len(uses) > 1 or isinstance(use, RepeatUse)
        drafts: dict[int, Stepped | None] = {}
        for index, each in enumerate(uses):
            if id(each) not in drafts:
                drafts[id(each)] = self._draft(name, each, arrivals, (name, str(index)) if many else (name,))
        if not any(_has_state(draft) for draft in drafts.values()):
            return []
        return [self._added(name, each, drafts[id(each)]) for each in uses]

    def _draft(self, name: str, use: Use, arrivals: list[Arrival], path: tuple[str, ...]) -> Stepped | None:
        """A layer with a step, or the draft of a block or scan; None for a module without a state."""
        axis = self.half.along.axis
        if isinstance(use, LayerUse):
            if not layer_steps(use, arrivals, axis):
                return None
            self._check_rows(use, arrivals)
            return use.spec
        _, target, _ = self.half.go.owner(name)
        model = self.half.model.inner[target]
        if isinstance(use, BlockUse):
            if not any(each.runs for each in arrivals):
                return None
            moving = frozenset(each.port for each in arrivals if each.moving)
            return block_steps(self.context, use, model, moving, (*self.half.path, *path))
        assert isinstance(use, ScanUse)
        scan = self.scope.nodes[target].node
        assert isinstance(scan, Scan)
        walked = substitute(symbol(scan.over), self.scope.values) == symbol(axis)
        if not scan_steps(scan, use, arrivals, axis, walked):
            return None
        return ScanSteps(self.context.model, self.half.body, model, name, target, use).write()

    def _check_rows(self, use: LayerUse, arrivals: list[Arrival]) -> None:
        """Refuse inputs without rows, as the state of a layer is one per row."""
        along = self.half.along
        for each in arrivals:
            if each.runs and each.type is not None and not along.has_rows(each.type, self.scope):
                raise Refused(
                    f"{use.spec.id} goes on with a state for each row, and what comes to '{each.port}' does "
                    f"not begin with '{along.batch}'",
                    f"keep '{along.batch}' in front",
                )

    def _added(self, name: str, use: Use, draft: Stepped | None) -> Stepped:
        assert draft is not None
        if not isinstance(draft, StepClass):
            return draft
        wish = camel(use.name) if isinstance(use, BlockUse) else camel(name)
        return self.context.program.add(draft, wish, f"{wish}Steps")

    def _go_on(self, name: str, layers: list[Stepped], arrivals: list[Arrival]) -> None:
        """Write a node with a state."""
        _, target, _ = self.half.go.owner(name)
        node, use = self.scope.nodes[target].node, applied(used(self.scope.nodes[name]))
        repeat = use if isinstance(use, RepeatUse) else None
        share = isinstance(node, Repeat) and node.share
        moving = {each.port for each in arrivals if each.moving} | {*(repeat.carry if repeat else ())}
        module = self._module(name, target, layers, stacked=repeat is not None and not share)
        entry = self.half.entry(name)
        stateful = StatefulNode(name, layers[0], module, entry, frozenset(moving), repeat, share)
        for port in stateful.moving:  # the first layer of a repeat may begin with what does not move
            wire = self.scope.nodes[name].inputs[port]
            self.half.go.values.update((ref, self.half.here(ref)) for ref in refs(wire))
        first, lines = self.half.begin.begin(stateful)
        self.half.beginning += lines
        after, lines = self.half.go.go(stateful)
        self.half.going += lines
        self.half.state[entry] = Stack(tuple(layers)) if repeat else layers[0], first, after

    def _module(self, name: str, target: str, layers: list[Stepped], *, stacked: bool) -> str:
        """The attribute with what performs the steps of a node."""
        if not isinstance(layers[0], StepClass):
            return self.half.body.module(target, 0)
        module = f"module.{self.half.model.attributes[target]}"
        lent = [
            f"{parameter}=module.{self.half.model.attributes[node]}"
            for (node, _), parameter in layers[0].lent.items()
        ]
        if not stacked:
            texts = call(f"\0self = {layers[0].name}", [module, *lent])
        elif len({each.name for each in layers}) == 1:
            texts = [f"        \0self = [{layers[0].name}(layer) for layer in {module}]"]
        else:
            each = [f"            {each.name}({module}[{index}])," for index, each in enumerate(layers)]
            texts = ["        \0self = [", *each, "        ]"]
        return f"self.{self.half.slots.hold(name, texts, name)}"


def _has_state(draft: Stepped | None) -> bool:
    return bool(draft.state) if isinstance(draft, StepClass) else draft is not None
