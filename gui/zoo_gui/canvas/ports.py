"""The ports of a node, from the graph and the layers that are known; types are not needed for that.

A file may leave ports out (``in: x``, ``in: [x, y]``). Here every place where a wire ends, or could end, has
the name of its port, beside the ``End`` by which edits address it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from zoo.checker.targets import default_output, sole
from zoo.edits.paths import original
from zoo.graph import EMPTY, Call, Frozen, Graph, Node, Ref, Repeat, Reuse, Scan, refs
from zoo.spec import LayerSpec, Port
from zoo.wires import End, node_wires
from zoo_gui.canvas.picture import Inlet

Find: TypeAlias = Callable[[str], LayerSpec | None]
"""How layers are found: ``registry.find``."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What goes in and out of a node: inputs by name, outputs by name with whether they are on demand."""

    inputs: Mapping[str, Port]
    outputs: Mapping[str, bool]

    @property
    def default(self) -> str | None:
        """The output that the node's name alone means."""
        return default_output(self.outputs)


def ports_of(graph: Graph, scope: str, name: str, find: Find) -> Ports | None:
    """The ports of a node; None when what it uses is not known here. Those of a scan have no types."""
    found = original(graph, (scope, name))
    if found is None:
        return None
    node = found[1]
    if isinstance(node, Scan):
        any_ = Port("float", ())
        names = dict.fromkeys([*node.each, *node.state, *node.const], any_)
        return Ports(names, dict.fromkeys([*node.stack, *node.final], False))
    assert not isinstance(node, Reuse)
    return use_ports(graph, node.use, find)


def use_ports(graph: Graph, use: str, find: Find) -> Ports | None:
    """The ports of a layer or block by the name that files give it; None when there is none."""
    if "#" in use:
        file, _, name = use.partition("#")
        home = graph.files.get(file)
        block = home.blocks.get(name) if home else None
    elif "/" in use:
        spec = find(use)
        if spec is None:
            return None
        return Ports(spec.inputs, {name: port.on_demand for name, port in spec.outputs.items()})
    else:
        block = graph.blocks.get(use)
    return None if block is None else Ports(block.inputs, dict.fromkeys(block.outputs, False))


def meant(node: Node, inputs: Mapping[str, Port], end: End) -> str:
    """The port in which a wire of a node ends, also where the file names none; empty when that is not plain.

    The rules are the checker's: one wire goes to the only required port, a list to the port that takes
    several, or to the required ports one by one.
    """
    if end.port or isinstance(node, Scan):
        return end.port
    carried: Mapping[str, Ref] = node.carry if isinstance(node, Repeat) else EMPTY
    free = [port for port, type_ in inputs.items() if not type_.optional and port not in carried]
    several = next((port for port, type_ in inputs.items() if type_.variadic), None)
    if end.index is None:
        return sole(free) or (sole(set(inputs) - {*carried}) if not free else None) or ""
    if several is not None:
        return several
    return free[end.index] if len(free) == len(refs(node.inputs[""])) else ""


def inlets_of(name: str, node: Node, ports: Ports | None) -> Iterator[Inlet]:
    """Every place of a node where a wire ends or could end, in the order of its ports."""
    if isinstance(node, Scan):
        yield from _of_scan(name, node)
        return
    wired: dict[str, list[End]] = {}
    inputs: Mapping[str, Port] = ports.inputs if ports else EMPTY
    for end, _ in node_wires(name, node):
        wired.setdefault(meant(node, inputs, end), []).append(end)
    unknown = [port for port in wired if port not in inputs]
    for port in [*inputs, *unknown]:
        type_ = inputs.get(port, Port("float", ()))
        ends = wired.get(port, [])
        for place, end in enumerate(ends, 1):
            label = f"{port} {place}" if type_.variadic and len(ends) > 1 else port
            named = _named(end, port, type_)
            yield Inlet(end, port, label or "?", wired=True, optional=type_.optional, named=named)
        if not ends:
            end = _free(name, node, inputs, port)
            yield Inlet(end, port, port, optional=type_.optional, named=_named(end, port, type_))
        elif type_.variadic:
            key = ends[0].port
            end = End(name, "inputs", key, len(ends))
            yield Inlet(end, port, "", optional=True, more=True, named=_named(end, port, type_))


def _named(end: End, port: str, type_: Port) -> End | None:
    return End(end.node, end.part, port, end.index if type_.variadic else None) if port else None


def _of_scan(name: str, scan: Scan) -> Iterator[Inlet]:
    for port in scan.each:
        yield Inlet(End(name, "each", port), port, port, wired=True)
    for port, start in scan.state.items():
        yield Inlet(End(name, "state", port), port, port, wired=isinstance(start, Ref), optional=True)
    for port in scan.const:
        yield Inlet(End(name, "const", port), port, port, wired=True)
    clash = any("mask" in part for part in (scan.each, scan.state, scan.const))
    label = "walk mask" if clash else "mask"
    yield Inlet(End(name, "mask"), "mask", label, wired=scan.mask is not None, optional=True)


def _free(name: str, node: Call | Repeat | Reuse, inputs: Mapping[str, Port], port: str) -> End:
    """Where a first wire to a port goes, written as people would."""
    if isinstance(node, Repeat) and not node.carry and not inputs[port].optional and not node.inputs:
        return End(name, "carry", port)
    index = 0 if inputs[port].variadic else None
    if not node.inputs and meant(node, inputs, End(name, "inputs", "", index)) == port:
        return End(name, "inputs", "", index)
    return End(name, "inputs", port, index)


def spelled_out(node: Node, inputs: Mapping[str, Port]) -> Node:
    """The node with the port of every wire named; the same object when that is so already."""
    if isinstance(node, Scan) or "" not in node.inputs:
        return node
    wire = node.inputs[""]
    ends = [End("", "inputs", "", None if isinstance(wire, Ref) else i) for i, _ in enumerate(refs(wire))]
    names = [meant(node, inputs, end) for end in ends]
    if not all(names):
        return node
    given = {names[0]: wire} if len(set(names)) == 1 else dict(zip(names, refs(wire), strict=True))
    return replace(node, inputs=Frozen({**given, **{k: w for k, w in node.inputs.items() if k}}))
