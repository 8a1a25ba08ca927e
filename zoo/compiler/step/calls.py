"""Writing the calls of nodes with a state.

attend_state = self.attend.initial_state(batch=batch, device=device, dtype=dtype)       when it begins
attend, attend_state = self.attend.step(query=x, key=x, value=x, state=state.attend)    at each piece
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from zoo.checker.resolution import RepeatUse
from zoo.compiler.body import Body
from zoo.compiler.calls import Calls
from zoo.compiler.program import Line
from zoo.compiler.step.program import GIVEN, StepClass
from zoo.compiler.text import WIDTH, call
from zoo.compiler.writer import layer_callee
from zoo.graph import EMPTY, Ref, refs
from zoo.spec import LayerSpec

Stepped: TypeAlias = LayerSpec | StepClass
"""Something with ``initial_state`` and ``step``: a layer, or a class of the stream."""


@dataclass(frozen=True, slots=True)
class StatefulNode:
    """A node with a state: what it is, the code for it, and the field of its state.

    ``moving`` are the ports that receive pieces. ``module`` is a list for a ``repeat``, unless its layers
    ``share`` one module.
    """

    name: str
    stepped: Stepped
    module: str
    field: str
    moving: frozenset[str]
    repeat: RepeatUse | None = None
    share: bool = False

    @property
    def state(self) -> str:
        """The state before a piece."""
        return f"state.{self.field}"


class StepCalls(Calls):
    """Writes calls in one of the two methods of a class."""

    def owner(self, name: str) -> tuple[Body, str, int]:
        """The body that contains a node's module, the node there, and the distance to that body."""
        return self._owner(name)

    def begin(self, node: StatefulNode) -> tuple[str, list[Line]]:
        """The variable of a node's initial state, and the lines that create it."""
        variable = self.in_forward(f"{node.name.rstrip('_')}_state")
        parts = [f"{word}={word}" for word in GIVEN]
        if isinstance(node.stepped, StepClass):
            parts += [f"{parameter}={self.body.size(axis)}" for axis, parameter in node.stepped.sizes.items()]
        parts += self._told(node, _whole(node.stepped), lambda port: port not in node.moving)
        if node.repeat is None:
            texts = call(f"{variable} = {node.module}.initial_state", parts)
        else:
            layer = node.module if node.share else "layer"
            source = f"_ in range({len(node.repeat.each)})" if node.share else f"layer in {node.module}"
            line = f"        {variable} = tuple({layer}.initial_state({', '.join(parts)}) for {source})"
            each = call(f"{layer}.initial_state", parts, indent=12)
            wrapped = [f"        {variable} = tuple(", *each, f"            for {source}", "        )"]
            texts = [line] if len(line) <= WIDTH else wrapped
        return variable, [Line(text, node.name) for text in texts]

    def go(self, node: StatefulNode) -> tuple[str, list[Line]]:
        """The variable of a node's next state, and the lines that apply its module."""
        if node.repeat is not None:
            return self._go_through(node, node.repeat)
        after = self.in_forward(f"{node.name.rstrip('_')}_state")
        target, _ = self._results(node)
        parts = [*self._told(node, _pieces(node.stepped), node.moving.__contains__), *self._asked(node)]
        texts = call(f"{target}, {after} = {node.module}.step", [f"state={node.state}", *parts])
        return after, [Line(text, node.name) for text in texts]

    def _go_through(self, node: StatefulNode, repeat: RepeatUse) -> tuple[str, list[Line]]:
        """A loop over the layers of a repeat and their states."""
        target, results = self._results(node)
        inputs = self.body.scope.nodes[node.name].inputs
        variable = self.variable(node.name)
        outputs = {port: results[output] for port, output in repeat.carry.items()}
        alone = list(outputs.values()) == [target]
        carried = {port: target if alone else self.in_forward(f"{variable}_{port}") for port in outputs}
        starts = [self.values[ref] for port in carried for ref in refs(inputs[port])]
        states = self.in_forward(f"{variable.rstrip('_')}_states")
        layer, before, after = (self.in_forward(word) for word in ("layer", "before", "after"))
        head = f"for {layer}, {before} in zip({node.module}, {node.state}):"
        if node.share:
            layer, head = node.module, f"for {before} in {node.state}:"
        texts = [f"        {states} = []"]
        if carried:
            texts.append(f"        {', '.join(carried.values())} = {', '.join(starts)}")
        texts.append(f"        {head}")
        told = self._told(node, _pieces(node.stepped), node.moving.__contains__, carried)
        parts = [*told, *self._asked(node)]
        texts += call(f"{target}, {after} = {layer}.step", [f"state={before}", *parts], indent=12)
        texts.append(f"            {states}.append({after})")
        if carried and not alone:
            texts.append(f"            {', '.join(carried.values())} = {', '.join(outputs.values())}")
        return f"tuple({states})", [Line(text, node.name) for text in texts]

    def _told(
        self,
        node: StatefulNode,
        parameters: Mapping[str, str],
        comes: Callable[[str], bool],
        given: Mapping[str, str] = EMPTY,
    ) -> list[str]:
        """The arguments for ports that ``comes`` selects; values in ``given`` take precedence over wires."""
        inputs = self.body.scope.nodes[node.name].inputs
        values = {port: self.values[refs(wire)[0]] for port, wire in inputs.items() if comes(port)}
        found = {parameter: {**values, **given}.get(port, "None") for port, parameter in parameters.items()}
        return [f"{parameter}={value}" for parameter, value in found.items() if value != "None"]

    def _asked(self, node: StatefulNode) -> Sequence[str]:
        return self._flags(node.name) if isinstance(node.stepped, LayerSpec) else ()

    def _results(self, node: StatefulNode) -> tuple[str, dict[str, str]]:
        """The target for the outputs of a step, and the code for each output."""
        variable, stepped = self.variable(node.name), node.stepped
        if isinstance(stepped, LayerSpec):
            fields = layer_callee(stepped).outputs
            target = variable
            named = {port: f"{variable}.{part}" if part else variable for port, part in fields.items()}
        elif len(stepped.outputs) == 1:
            target, named = variable, {stepped.outputs[0]: variable}
        else:
            read = {*self.body.reads[node.name], *(node.repeat.carry.values() if node.repeat else ())}
            named = {
                port: self.in_forward(f"{variable}_{port}") if port in read or None in read else "_"
                for port in stepped.outputs
            }
            target = f"({', '.join(named.values())})"
        for index, (port, value) in enumerate(named.items()):
            self.values[Ref(node.name, port)] = value
            if index == 0:
                self.values[Ref(node.name)] = value
        return target, named


def _whole(stepped: Stepped) -> Mapping[str, str]:
    """The parameters of ``initial_state`` by port."""
    return stepped.whole if isinstance(stepped, StepClass) else {port: port for port in sorted(stepped.whole)}


def _pieces(stepped: Stepped) -> Mapping[str, str]:
    """The parameters of ``step`` by port."""
    if isinstance(stepped, StepClass):
        return stepped.pieces
    return {port: port for port in stepped.inputs if port in stepped.pieces}
