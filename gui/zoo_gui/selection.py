"""What can be selected on the canvas: the boxes and the wires of the body that is shown."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from zoo.graph import Body, visible
from zoo.wires import End, body_wires, wires


class Pick(NamedTuple):
    """A box on the canvas, by its name in the scope that is shown."""

    kind: Literal["node", "input", "output"]
    name: str


Chosen: TypeAlias = Pick | End
"""What can be selected: a box, or a wire by where it ends."""


def is_there(one: Chosen, body: Body) -> bool:
    """Whether what was selected is (still) in a body."""
    if isinstance(one, End):
        return any(end == one for end, _ in wires(body))
    if one.kind == "node":
        return one.name in body.nodes
    if one.kind == "input":
        return one.name not in body.nodes and one.name in visible(body)
    return any(end.port == one.name for end, _ in body_wires(body))
