"""Remedies for wires that do not fit: another type for an input, one name for two axes, or a swap."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher
from itertools import combinations

from zoo.checker.frame import Frame
from zoo.checker.mentions import wires
from zoo.checker.patterns import Bindings, Same, Waiting, settle
from zoo.checker.site import Site
from zoo.checker.targets import BlockTarget, Target
from zoo.checker.wiring import Arrival
from zoo.graph import Block, Graph
from zoo.sizes import Name, Op, Size, names
from zoo.spec import Port

_ALIKE = 0.7  # the similarity from which one name may be a misspelling of another


def of_kind(site: Site, target: Target, port: str, index: int | None) -> str:
    """A hint at the declaration behind a wrong dtype or number of axes; empty if there is none.

    This is the declaration of a block's input, or of the only input of the body that the wire derives from.
    """
    if site.index:
        return ""
    if isinstance(target, BlockTarget):
        return f"see the type of '{port}' in {target.title}"
    body = site.frame.plan.body
    if not isinstance(body, Graph | Block) or site.node is None:
        return ""
    at = site.at_wire(port, index)
    name = next((ref.node for place, ref in wires(site.node) if place == at), "")
    for _ in body.nodes:
        if name not in body.nodes:
            break
        sources = {ref.node for _, ref in wires(body.nodes[name])}
        if len(sources) != 1:
            return ""
        (name,) = sources
    return f"see the type of the input '{name}': {body.inputs[name]}" if name in body.inputs else ""


def of_names(frame: Frame, one: Size, other: Size) -> str:
    """A hint at the inputs that declare two axes with similar names; empty for other sizes."""
    inputs = frame.session.root.inputs
    words = [frame.word(one), frame.word(other)]
    owners = [[name for name, port in inputs.items() if word in _axes(port)] for word in words]
    if not all(owners) or SequenceMatcher(None, words[0], words[1]).ratio() < _ALIKE:
        return ""
    told = " and ".join(
        f"'{word}' (of the input '{found[0]}')" for word, found in zip(words, owners, strict=True)
    )
    return f"{told} are two axes; if they are one, give it one name"


def _axes(port: Port) -> set[str]:
    return {word for axis in port.shape if isinstance(axis, Name | Op) for word in names(axis)}


def swapped(
    target: Target, arrivals: Sequence[Arrival], misfits: AbstractSet[str], start: Bindings, same: Same
) -> tuple[str, str] | None:
    """Two ports whose wires would fit if swapped; ``start`` are the bindings before matching."""
    for one, other in combinations(range(len(arrivals)), 2):
        ports = arrivals[one][0], arrivals[other][0]
        if ports[0] == ports[1] or not misfits & {*ports}:
            continue
        trial = [*arrivals]
        for here, there in ((one, other), (other, one)):
            trial[here] = (*arrivals[here][:2], arrivals[there][2])
        if _fits(target, trial, start.copy(), same):
            return ports
    return None


def _fits(target: Target, arrivals: Sequence[Arrival], bindings: Bindings, same: Same) -> bool:
    waiting: Waiting = []
    return all(
        type_.dtype == target.inputs[port].port.dtype
        and target.inputs[port].match(type_.shape, bindings, same, waiting)
        for port, _, type_ in arrivals
    ) and not settle(waiting, bindings, same)
