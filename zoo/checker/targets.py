"""Targets: the layers and blocks that nodes use, prepared once for many uses.

Both have ports to wire and settings to give; they differ in where the outputs come from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from zoo.checker.patterns import Pattern
from zoo.graph import Block, Graph
from zoo.sizes import names
from zoo.spec import LayerSpec, Name, Op, Port

if TYPE_CHECKING:
    from zoo.checker.plan import Plan


class Target:
    """A layer or block that a node can use.

    ``title`` names it in messages, ``noun`` is the word for its settings. ``single`` is the port meant by
    ``in: x``, ``variadic`` the one that takes a list; ``default`` is the output meant by the node's bare
    name. ``masks`` are the optional bool inputs, ``missed`` the unknown names in a block's body.
    """

    def __init__(self, title: str, noun: str, inputs: Mapping[str, Port]) -> None:
        self.title, self.noun = title, noun
        self.inputs = {name: Pattern(port) for name, port in inputs.items()}
        self.required = [name for name, port in inputs.items() if not port.optional]
        self.variadic = next((name for name, port in inputs.items() if port.variadic), None)
        self.single = sole(self.required) or (sole(inputs) if not self.required else None)
        self.masks = [
            (name, pattern)
            for name, pattern in self.inputs.items()
            if pattern.port.optional and pattern.port.dtype == "bool"
        ]
        self.missed: Collection[str] = ()
        self.offer({})

    def offer(self, outputs: Mapping[str, bool]) -> None:
        """Set the outputs; those mapped to true are computed only on demand."""
        self.outputs = outputs
        self.on_demand = frozenset(name for name, demanded in outputs.items() if demanded)
        self.default = default_output(outputs)


class LayerTarget(Target):
    """A layer: ``results`` are its output patterns, ``sized`` the settings that its axes refer to.

    ``migrate`` converts settings of an earlier version, if ``use`` may mean one. Of the sized settings with a
    default, ``fixed`` holds those that wires cannot determine, ``defaults`` those for which wires take
    precedence.
    """

    def __init__(self, spec: LayerSpec, use: str) -> None:
        super().__init__(spec.id, "setting", spec.inputs)
        self.migrate = None if use == f"{spec.id}@{spec.version}" else spec.migrate
        self.offer({name: port.on_demand for name, port in spec.outputs.items()})
        self.spec = spec
        self.results = {name: Pattern(port) for name, port in spec.outputs.items()}
        fields = spec.settings.model_fields
        named = _named([*spec.inputs.values(), *spec.outputs.values()])
        self.sized = frozenset(named & fields.keys())
        given = {
            name: int(fields[name].default) for name in self.sized if isinstance(fields[name].default, int)
        }
        self.fixed = {name: value for name, value in given.items() if name not in spec.widths}
        self.defaults = {name: value for name, value in given.items() if name in spec.widths}


class BlockTarget(Target):
    """A block: the document and file that contain it, and the plan of its body."""

    def __init__(self, name: str, file: str, home: Graph, block: Block, plan: Plan) -> None:
        super().__init__(f"the block {name}", "param", block.inputs)
        self.name, self.file, self.home, self.block, self.plan = name, file, home, block, plan
        self.missed = plan.unknown


def default_output(outputs: Mapping[str, bool]) -> str | None:
    """The output meant by a node's bare name: the only one that is always computed, or the only one."""
    return sole([name for name, demanded in outputs.items() if not demanded]) or sole(outputs)


def sole(names: Iterable[str]) -> str | None:
    """The only name, or None if there are none or several."""
    found = list(names)
    return found[0] if len(found) == 1 else None


def _named(ports: Collection[Port]) -> set[str]:
    return {
        word for port in ports for axis in port.shape if isinstance(axis, Name | Op) for word in names(axis)
    }
