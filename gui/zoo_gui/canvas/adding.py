"""What can be added to a body, and the edits that add it: a layer, a block, an input, an output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from zoo.edits import AddInput, AddNode, AddOutput, Compound, Connect, Edit, InsertOnWire
from zoo.edits.boxes import output_names
from zoo.edits.cuts import free_name
from zoo.edits.paths import reaches
from zoo.graph import Body, Call, Frozen, Graph, Ref, Scan, split_scope, visible
from zoo.packs import Registry
from zoo.spec import Port, Star, TensorType
from zoo.wires import End
from zoo_gui.canvas.picture import Inlet
from zoo_gui.canvas.placing import move
from zoo_gui.canvas.ports import Find, Ports, meant, use_ports
from zoo_gui.canvas.words import plain
from zoo_gui.layout.data import GRID
from zoo_gui.selection import Pick

Kind: TypeAlias = Literal["layer", "block", "input", "output"]


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be added. ``port`` is where the wire goes that is being dragged, if one fits."""

    kind: Kind
    use: str
    title: str
    about: str
    fits: bool = True
    port: str = ""


@dataclass(frozen=True, slots=True)
class Loose:
    """A wire that was dropped on the canvas: from an output of this type, or towards an inlet."""

    source: Ref | None = None
    type: TensorType | None = None
    inlet: Inlet | None = None
    wanted: Port | None = None


def offers(graph: Graph, scope: str, registry: Registry | None, loose: Loose | None) -> Iterator[Offer]:
    """All that can be added here, what the dropped wire fits before the rest."""
    found = [*_blocks(graph, scope), *_layers(registry)]
    if loose is None:
        yield from (Offer(kind, use, plain(use), about) for kind, use, about, _ in found)
        return
    body = graph.body(scope)
    if loose.source is not None:
        yield Offer("output", "", "output", "lets this leave the body that is shown")
    elif not isinstance(body, Scan) and loose.wanted is not None:
        yield Offer("input", "", "input", "lets something enter the body that is shown")
    ranked: list[Offer] = []
    for kind, use, about, ports in found:
        port = _fitting(ports, loose)
        ranked.append(Offer(kind, use, plain(use), about, port is not None, port or ""))
    yield from sorted(ranked, key=lambda offer: not offer.fits)


def _blocks(graph: Graph, scope: str) -> Iterator[tuple[Kind, str, str, Ports]]:
    inside, _ = split_scope(scope)
    for name, block in graph.blocks.items():
        if inside is None or not reaches(graph, name, inside):
            about = block.about or "a block of this file"
            yield "block", name, about, Ports(block.inputs, dict.fromkeys(block.outputs, False))


def _layers(registry: Registry | None) -> Iterator[tuple[Kind, str, str, Ports]]:
    for use, spec in sorted(registry.layers.items()) if registry else ():
        outputs = {name: port.on_demand for name, port in spec.outputs.items()}
        yield "layer", use, spec.summary, Ports(spec.inputs, outputs)


def _fitting(ports: Ports, loose: Loose) -> str | None:
    """The port that a dropped wire fits: a required one rather than another; None when there is none."""
    if loose.source is None:
        return ports.default if loose.wanted is not None and ports.default else None
    if loose.type is None:
        return next(iter(ports.inputs), None)
    ranked = sorted(ports.inputs, key=lambda port: ports.inputs[port].optional)
    return next((port for port in ranked if takes(ports.inputs[port], loose.type)), None)


def takes(port: Port, type_: TensorType) -> bool:
    """Whether a port may take a type, by its kind and its number of axes."""
    fixed = [axis for axis in port.shape if not isinstance(axis, Star)]
    enough = len(type_.shape) >= len(fixed) if port.star is not None else len(type_.shape) == len(fixed)
    return port.dtype == type_.dtype and enough


# ----------------------------------------------------------------------------------------------------- edits


def name_for(body: Body, use: str) -> str:
    """A free name for a new node."""
    return free_name(plain(use).replace(" ", "_"), set(visible(body)))


Spot: TypeAlias = tuple[float, float] | None
"""Where a new box goes; None leaves it to the layout, and nothing of it to the file."""


def add(graph: Graph, scope: str, use: str, at: Spot) -> tuple[str, Edit]:
    """The name of a new node, and the edit that puts it there."""
    name = name_for(graph.body(scope), use)
    return name, placed(scope, name, AddNode(scope, name, Call(use=use)), at)


def placed(scope: str, name: str, edit: Edit, at: Spot, kind: Literal["node", "output"] = "node") -> Edit:
    """An edit that adds a box, and the one that puts it in its place."""
    if at is None:
        return edit
    to = (round(at[0] / GRID), round(at[1] / GRID))
    return Compound((edit, move(scope, Pick(kind, name), to)), edit.describe())


def add_on_loose(
    graph: Graph, scope: str, offer: Offer, loose: Loose, at: Spot, find: Find
) -> tuple[str, Edit]:
    """The edit that adds what was chosen, wired to the wire that was dropped; and the new name."""
    body = graph.body(scope)
    if offer.kind == "output" and loose.source is not None:
        name = free_name(loose.source.port or loose.source.node, output_names(body))
        return name, placed(scope, name, AddOutput(scope, name, loose.source), at, "output")
    if offer.kind == "input" and loose.inlet is not None and loose.wanted is not None:
        name = free_name(loose.inlet.port, set(visible(body)))
        edits = (AddInput(scope, name, loose.wanted), Connect(scope, loose.inlet.end, Ref(name)))
        return name, placed(scope, name, Compound(edits, edits[0].describe()), at)
    name = name_for(body, offer.use)
    if loose.source is not None:
        inputs = wired(graph, offer.use, offer.port, loose.source, find)
        return name, placed(scope, name, AddNode(scope, name, Call(use=offer.use, inputs=inputs)), at)
    assert loose.inlet is not None
    ports = use_ports(graph, offer.use, find)
    output = None if ports is None or ports.default else next(iter(ports.outputs), None)
    edits = (AddNode(scope, name, Call(use=offer.use)), Connect(scope, loose.inlet.end, Ref(name, output)))
    return name, placed(scope, name, Compound(edits, edits[0].describe()), at)


def wired(graph: Graph, use: str, port: str, source: Ref, find: Find) -> Frozen[str, Ref | tuple[Ref, ...]]:
    """The inputs of a new node that reads one output, written as people would."""
    ports = use_ports(graph, use, find)
    if ports is None or not port:
        return Frozen({port: source})
    several = ports.inputs[port].variadic
    end = End("", "inputs", "", 0 if several else None)
    key = "" if meant(Call(use=use), ports.inputs, end) == port else port
    return Frozen({key: (source,) if several else source})


def insert(
    graph: Graph,
    scope: str,
    use: str,
    end: End,
    type_: TensorType | None,
    at: Spot,
    find: Find,
) -> tuple[str, Edit]:
    """The edit that puts a new node on a wire, at the port that fits; and its name."""
    name = name_for(graph.body(scope), use)
    ports = use_ports(graph, use, find)
    port = _fitting(ports, Loose(Ref(""), type_)) if ports else ""
    key = next(iter(wired(graph, use, port or "", Ref("x"), find)), "")
    output = None if ports is None or ports.default else next(iter(ports.outputs), None)
    return name, placed(scope, name, InsertOnWire(scope, end, name, Call(use=use), key, output), at)
