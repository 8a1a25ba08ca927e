"""The wires between a selection of nodes and the rest of their body, with names for the ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from zoo.errors import SizeError
from zoo.graph import Body, Node, Ref, Scan
from zoo.sizes import expression
from zoo.spec import Port, TensorType
from zoo.wires import node_wires, wires

if TYPE_CHECKING:
    from zoo.checker.resolution import Scope


def cut_in(chosen: Mapping[str, Node]) -> dict[Ref, str]:
    """The outputs of other nodes that the chosen ones read, each with a name for use inside."""
    read = (ref for name, node in chosen.items() for _, ref in node_wires(name, node))
    return _named((ref for ref in read if ref.node not in chosen), chosen)


def cut_out(body: Body, chosen: Mapping[str, Node]) -> dict[Ref, str]:
    """The outputs of the chosen nodes that others read, each with a name for use outside."""
    read = (ref for end, ref in wires(body) if end.node not in chosen and ref.node in chosen)
    found = _named(read, ())
    return dict.fromkeys(found, "out") if len(found) == 1 else found


def _named(refs: Iterable[Ref], taken: Collection[str]) -> dict[Ref, str]:
    found: dict[Ref, str] = {}
    used = set(taken)
    for ref in refs:
        if ref not in found:
            found[ref] = free_name(str(ref).replace(".", "_"), used)
            used.add(found[ref])
    return found


def free_name(name: str, taken: Collection[str]) -> str:
    """``name``, with a number appended if it is taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def port_of(type_: TensorType, optional: bool = False) -> Port:
    """The type of a wire, as resolved by the checker, as the type of an input.

    Raises SizeError for a size that is too complex to write.
    """
    return Port(type_.dtype, tuple(map(expression, type_.shape)), optional=optional)


def wire_types(body: Body, scope: Scope) -> dict[Ref, Port]:
    """The types of the wires of a body, as far as they are known and can be written.

    ``scope`` is the resolved body, in one of its uses. Inputs of a graph or block are omitted, since they
    declare their types.
    """
    found: dict[Ref, Port] = {}
    for _, ref in wires(body):
        type_ = _type_of(ref, scope)
        if type_ is not None and (isinstance(body, Scan) or ref.node not in body.inputs):
            with suppress(SizeError):
                found[ref] = port_of(type_)
    return found


def _type_of(ref: Ref, scope: Scope) -> TensorType | None:
    if ref.node not in scope.nodes:
        return scope.inputs.get(ref.node)
    node = scope.nodes[ref.node]
    if ref.port is not None:
        return node.types.get(ref.port)
    on_demand = _on_demand(node.use)
    types = [type_ for port, type_ in node.types.items() if port not in on_demand]
    return types[0] if len(types) == 1 else None


def _on_demand(use: object) -> set[str]:
    """The on-demand outputs of a use, such as attention weights, which a bare node name does not mean."""
    from zoo.checker.resolution import LayerUse, RepeatUse, ReuseUse

    if isinstance(use, ReuseUse):
        return _on_demand(use.use)
    if isinstance(use, RepeatUse):
        return _on_demand(use.each[0])
    return (
        {name for name, port in use.spec.outputs.items() if port.on_demand}
        if isinstance(use, LayerUse)
        else set()
    )
