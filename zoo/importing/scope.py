"""A body that is being recorded: its nodes with their weights, and which tensor is which output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from torch import Tensor, nn

from zoo.graph import Call, Frozen, Node, Ref, Repeat, Reuse, Wire, freeze, refs
from zoo.importing.seen import Lost, Seen, Unknown, Value


@dataclass(slots=True)
class Placed:
    """A node, its weights by name, its module, and the file and line that created it."""

    node: Node
    weights: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    path: str = ""


@dataclass(slots=True)
class Scope:
    """A body that is being recorded; ``path`` names its module, and reads from ``outer`` become inputs."""

    path: str = ""
    outer: Scope | None = None
    nodes: dict[str, Placed] = field(default_factory=dict[str, Placed])
    inputs: dict[str, tuple[Seen, Seen]] = field(default_factory=dict[str, tuple[Seen, Seen]])
    """For each input, what it is outside and inside."""
    values: dict[int, Value] = field(default_factory=dict[int, Value])
    owners: dict[int, str] = field(default_factory=dict[int, str])
    """The node of each module with weights."""
    names: dict[int, str] = field(default_factory=dict[int, str])
    """The names of its arguments."""
    frozen: set[int] = field(default_factory=set[int])
    """The addresses of frozen parameters."""
    kept: list[Any] = field(default_factory=list[Any])
    """Tensors that are kept alive, so that their ids are not reused."""

    def find(self, thing: Any) -> Value | None:
        """What a tensor is; None for a constant. A tensor known only in an outer scope becomes an input."""
        if not isinstance(thing, Tensor):
            return None
        if id(thing) in self.values or self.outer is None:
            return self.values.get(id(thing))
        there = self.outer.find(thing)
        if not isinstance(there, Seen):
            return there
        for name, (outside, inside) in self.inputs.items():
            if outside.ref == there.ref:
                return self.set(thing, replace(there, ref=Ref(name), tensor=inside.tensor and thing))
        wanted = self.names.get(id(thing)) or there.ref.port or there.ref.node
        name = self.fresh(wanted)
        inside = replace(there, ref=Ref(name))
        self.inputs[name] = (there, inside)
        return self.set(thing, inside)

    def set(self, tensor: Tensor, value: Value) -> Value:
        """Record what a tensor is."""
        self.values[id(tensor)] = value
        self.kept.append(tensor)
        return value

    def lose(self, result: Any, what: str) -> None:
        """Record that no layer computes the tensors of a result that are still unknown."""
        for tensor in tensors(result):
            if id(tensor) not in self.values:
                self.set(tensor, Lost(what, tensor))

    def holds_still(self, weights: Mapping[str, Tensor]) -> bool:
        """Whether some of these weights are frozen, and none is trained."""
        frozen = [tensor.data_ptr() in self.frozen for tensor in weights.values()]
        learning = (
            each.requires_grad for each, still in zip(weights.values(), frozen, strict=True) if not still
        )
        return any(frozen) and not any(learning)

    def fresh(self, wanted: str) -> str:
        """A free name, as similar as possible to the one wanted."""
        name = stem = re.sub(r"\W", "_", wanted).strip("_").lower() or "node"
        if name[0].isdigit():
            name = stem = f"_{stem}"
        number = 1
        while name in self.nodes or name in self.inputs:
            number += 1
            name = f"{stem}_{number}"
        return name

    def place(
        self,
        use: str,
        inputs: Mapping[str, Wire],
        settings: Mapping[str, Any],
        weights: Mapping[str, Tensor],
        *,
        wanted: str,
        module: nn.Module | None = None,
    ) -> str:
        """Add a layer or block; a module with weights that was added before is reused."""
        call = Call(
            use=use,
            settings=cast("Frozen[str, Any]", freeze(settings)),
            inputs=Frozen(inputs),
            freeze=self.holds_still(weights),
        )
        owner = self.owners.get(id(module)) if module is not None and weights else None
        if owner is not None and replace(cast(Call, self.nodes[owner].node), inputs=call.inputs) == call:
            name = self.fresh(owner)
            self.nodes[name] = Placed(Reuse(of=owner, inputs=call.inputs))
            return name
        name = self.fresh(wanted)
        self.nodes[name] = Placed(call, dict(weights))
        if module is not None and weights:
            self.owners.setdefault(id(module), name)
        return name


def tensors(thing: Any) -> Iterable[Tensor]:
    """All tensors in tuples, lists and mappings."""
    if isinstance(thing, Tensor):
        yield thing
    elif isinstance(thing, Mapping):
        for each in cast("Mapping[Any, Any]", thing).values():
            yield from tensors(each)
    elif isinstance(thing, tuple | list):
        for each in cast("Iterable[Any]", thing):
            yield from tensors(each)


def wires(node: Node) -> list[Ref]:
    """All refs that a node of an imported body reads."""
    if not isinstance(node, Call | Repeat | Reuse):
        raise Unknown("an imported body has no scans")
    found = [ref for wire in node.inputs.values() for ref in refs(wire)]
    return found + (list(node.carry.values()) if isinstance(node, Repeat) else [])


def rewired(node: Node, names: Mapping[str, Ref]) -> Node:
    """The node with its wires renamed according to ``names``."""

    def turn(ref: Ref) -> Ref:
        to = names.get(ref.node)
        return ref if to is None else Ref(to.node, ref.port or to.port)

    def turned(wire: Wire) -> Wire:
        return turn(wire) if isinstance(wire, Ref) else tuple(turn(each) for each in wire)

    if not isinstance(node, Call | Repeat | Reuse):
        raise Unknown("an imported body has no scans")
    inputs = Frozen({port: turned(wire) for port, wire in node.inputs.items()})
    if isinstance(node, Repeat):
        carry = Frozen({port: turn(ref) for port, ref in node.carry.items()})
        return replace(node, inputs=inputs, carry=carry)
    if isinstance(node, Reuse):
        of = names.get(node.of)
        return replace(node, inputs=inputs, of=node.of if of is None else of.node)
    return replace(node, inputs=inputs)
