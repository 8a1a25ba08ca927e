"""The wires that are cut where some nodes of a body are set apart from the others, each with a name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from zoo.graph import Body, Node, Ref
from zoo.sizes import expression
from zoo.spec import Port, TensorType
from zoo.wires import node_wires, wires


def cut_in(chosen: Mapping[str, Node]) -> dict[Ref, str]:
    """What the chosen nodes read of others, each with a name for it inside."""
    read = (ref for name, node in chosen.items() for _, ref in node_wires(name, node))
    return _named((ref for ref in read if ref.node not in chosen), chosen)


def cut_out(body: Body, chosen: Mapping[str, Node]) -> dict[Ref, str]:
    """What others read of the chosen nodes, each with a name for it outside."""
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
    """``name``, or with a number behind it where it is taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def port_of(type_: TensorType, optional: bool = False) -> Port:
    """The type of a wire, as the checker found it, as the type of an input.

    Raises SizeError for a size that is too long to write.
    """
    return Port(type_.dtype, tuple(map(expression, type_.shape)), optional=optional)
