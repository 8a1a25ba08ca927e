"""What a node can be a use of, made ready for many uses: a layer of a pack, or a block.

Both have ports to wire and settings to give; what differs is where the outputs come from.
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
    """The ports of a layer or block. ``title`` names it in messages, ``noun`` is what it calls its settings.

    ``single`` is the port that ``in: x`` means, ``variadic`` the one that takes a list; ``default`` is the
    output that the node's name alone means. ``masks`` are the optional inputs of bools,
    ``missed`` the names that a block's body reads though nothing in it has them.
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
        """Set the outputs; those that are true are computed only on demand."""
        self.outputs = outputs
        self.on_demand = frozenset(name for name, demanded in outputs.items() if demanded)
        self.default = default_output(outputs)


class LayerTarget(Target):
    """A layer: ``results`` are its output patterns, ``sized`` the settings that its axes name.

    ``migrate`` reads settings of the earlier version that the name ``use`` stands for.
    ``fixed`` are the values of those of them that a file may leave out and no wire gives, ``defaults`` those
    that a wire gives first.
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
    """A block: the document and file that hold it, and the plan of its body."""

    def __init__(self, name: str, file: str, home: Graph, block: Block, plan: Plan) -> None:
        super().__init__(f"the block {name}", "param", block.inputs)
        self.name, self.file, self.home, self.block, self.plan = name, file, home, block, plan
        self.missed = plan.unknown


def default_output(outputs: Mapping[str, bool]) -> str | None:
    """The output that a node's name alone means: the only one that is always computed, or the only one."""
    return sole([name for name, demanded in outputs.items() if not demanded]) or sole(outputs)


def sole(names: Iterable[str]) -> str | None:
    """The only name, or None when there are none or several."""
    found = list(names)
    return found[0] if len(found) == 1 else None


def _named(ports: Collection[Port]) -> set[str]:
    return {
        word for port in ports for axis in port.shape if isinstance(axis, Name | Op) for word in names(axis)
    }
