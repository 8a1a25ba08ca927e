"""The line of the inspector that says which parameters a node shares with others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from zoo.checker.parameters import parameter_shapes
from zoo.edits import Compound, Tie
from zoo.errors import EditError
from zoo.graph import Call, Repeat
from zoo_gui.panels.form import Form

if TYPE_CHECKING:
    from zoo_gui.panels.node_page import Page

HINT = "Parameters that it shares with another node, as 'weight: embed.weight'; several with commas between"


def tie_line(page: Page, form: Form, name: str, node: Call | Repeat) -> None:
    """Add the line; as in the file, ``weight: embed.weight``."""

    def write(text: str) -> None:
        wanted = read_ties(text)
        gone = [Tie(scope, name, own, None) for own in node.tie if own not in wanted]
        new = [Tie(scope, name, own, to) for own, to in wanted.items() if node.tie.get(own) != to]
        edits = (*gone, *new)
        if edits:
            page.perform(edits[0] if len(edits) == 1 else Compound(edits, edits[-1].describe()))

    scope = page.workspace.scope
    shown = ", ".join(f"{own}: {target}" for own, target in node.tie.items())
    suggestions = [*_offers(page, name)]
    form.line("tie", shown, write, placeholder="weights of its own", hint=HINT, suggestions=suggestions)


def read_ties(text: str) -> Mapping[str, str]:
    """``weight: embed.weight, bias: head.bias`` as a mapping; EditError for anything else."""
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        own, colon, target = (word.strip() for word in part.partition(":"))
        if not colon or not own or not target:
            raise EditError(f"'{part}' is no tie; write 'weight: embed.weight'")
        if own in found:
            raise EditError(f"'{own}' is tied twice; a parameter is shared with one other")
        found[own] = target
    return found


def _offers(page: Page, name: str) -> Iterator[str]:
    """Its parameters, each with that of the same name of every other node that has weights."""
    scope, costs = page.workspace.scope, page.costs
    known = page.known.get((scope, name))
    if costs is None or known is None or known.layer is None or not _weighs(page, name):
        return
    others = [other for other in page.workspace.body.nodes if other != name and _weighs(page, other)]
    for own in parameter_shapes(known.layer.spec, known.layer.settings) or ():
        yield from (f"{own}: {other}.{own}" for other in others)


def _weighs(page: Page, name: str) -> bool:
    cost = page.costs.nodes.get((page.workspace.scope, name)) if page.costs else None
    return cost is not None and cost.parameters > 0
