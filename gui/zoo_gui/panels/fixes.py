"""What can be done about a problem by one click: edits that are known to fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from zoo.edits import (
    AddOutput,
    Compound,
    Connect,
    Edit,
    End,
    RemoveInput,
    RemoveNode,
    RemoveParam,
    ReplaceNode,
    SetField,
    SetParam,
    SetSetting,
    UnsetSetting,
)
from zoo.errors import EditError
from zoo.files.words import parse_ref
from zoo.graph import Body, Frozen, Graph, Node, Ref, Repeat, Reuse, Scan, split_scope
from zoo.problems import Problem
from zoo.wires import wires
from zoo_gui.panels.values import read_value, text_of
from zoo_gui.places import place_of

_MEANT = re.compile(r"'([^']+)'[^']*\(did you mean '([^']+)'\?\)")

_NO_PARAM = re.compile(r"there is no param '(\w+)'")
_LACKS = re.compile(r"write with: \{(\w+):")


@dataclass(frozen=True, slots=True)
class Fix:
    """A remedy as an edit, and what to call it on a button.

    ``then`` is the scope and the name of the inspector's field that a person writes in next.
    """

    text: str
    edit: Edit
    then: tuple[str, str] | None = None


def lacking(problem: Problem) -> str:
    """The setting that a node lacks, if that is the problem."""
    found = _LACKS.search(problem.remedy) if problem.code == "setting-missing" else None
    return found[1] if found else ""


def fixes(problem: Problem, graph: Graph) -> list[Fix]:
    """The remedies of a problem that fit the graph, the likeliest first."""
    place = place_of(graph, problem.path)
    scope, name = place or ("", "")
    try:
        body = graph.body(scope)
        found = [*_fixes(problem, body, scope, name)]
    except EditError:  # the problem is of a graph that has changed since
        return []
    return [fix for fix in found if _fits(fix.edit, graph)]


def _fits(edit: Edit, graph: Graph) -> bool:
    try:
        edit.change(graph)
    except EditError:
        return False
    return True


def _fixes(problem: Problem, body: Body, scope: str, name: str) -> Iterator[Fix]:
    node = body.nodes.get(name)
    meant = _MEANT.search(problem.message)
    if meant is not None:
        yield from _did_you_mean(problem.code, meant[1], meant[2], body, scope, name, node)
    unknown = _NO_PARAM.fullmatch(problem.message)
    if unknown is not None:
        block, _ = split_scope(scope)
        owner = "" if block is None else f"#{block}"
        edit = SetParam(owner, unknown[1], 1 if block is None else None)
        yield Fix(f"Add the param {unknown[1]}", edit, (owner, f"param {unknown[1]}"))
    if problem.code == "node-unused" and node is not None:
        yield Fix(f"Remove {name}", RemoveNode(scope, name))
    unused = re.search(r"'([^']+)'", problem.message)
    if problem.code == "input-unused" and unused is not None:
        yield Fix(f"Remove the input {unused[1]}", RemoveInput(scope, unused[1]))
    if problem.code == "param-unused" and unused is not None:
        yield Fix(f"Remove the param {unused[1]}", RemoveParam(scope, unused[1]))
    if problem.code == "output-missing":
        read = {ref.node for _, ref in wires(body)}
        for last in [
            each for each, its in body.nodes.items() if each not in read and not isinstance(its, Scan)
        ]:
            yield Fix(f"Let {last} leave the graph", AddOutput(scope, last, Ref(last)))
    wire = re.search(r"write in: \{(\w+): ([\w.]+)\}", problem.remedy)
    if wire is not None and node is not None and not isinstance(node, Scan):
        yield Fix(f"Wire {wire[2]} to it", Connect(scope, End(name, "inputs", wire[1]), parse_ref(wire[2])))


def _did_you_mean(
    code: str, wrong: str, right: str, body: Body, scope: str, name: str, node: Node | None
) -> Iterator[Fix]:
    text = f"Change it to {right}"
    if code in {"layer-missing", "block-unknown"}:
        yield Fix(text, SetField(scope, name, "use", right))
    elif code == "setting-unknown" and node is not None and not isinstance(node, Scan | Reuse):
        if wrong in node.settings:
            value = node.settings[wrong]
            both = (UnsetSetting(scope, name, wrong), SetSetting(scope, name, right, value))
            yield Fix(text, Compound(both, f"rename setting {wrong} to {right}"))
    elif code == "param-unknown" and node is not None and not isinstance(node, Scan | Reuse):
        for setting, value in node.settings.items():
            written = re.sub(rf"\${wrong.removeprefix('$')}\b", f"${right.removeprefix('$')}", text_of(value))
            if written != text_of(value):
                yield Fix(text, SetSetting(scope, name, setting, read_value(written)))
    elif code == "port-unknown" and node is not None and not isinstance(node, Scan):
        if wrong in node.inputs:
            inputs = Frozen({right if port == wrong else port: wire for port, wire in node.inputs.items()})
            yield Fix(text, ReplaceNode(scope, name, replace(node, inputs=inputs)))
        elif isinstance(node, Repeat) and wrong in node.carry:
            carry = Frozen({right if port == wrong else port: ref for port, ref in node.carry.items()})
            yield Fix(text, ReplaceNode(scope, name, replace(node, carry=carry)))
    elif code in {"wire-unknown", "wire-port"}:
        yield from _rewired(code, wrong, right, body, scope, text)


def _rewired(code: str, wrong: str, right: str, body: Body, scope: str, text: str) -> Iterator[Fix]:
    def meant(ref: Ref) -> Ref | None:
        if code == "wire-unknown":
            return Ref(right, ref.port) if ref.node == wrong else None
        return Ref(ref.node, right) if ref.port == wrong else None

    edits = tuple(Connect(scope, end, new) for end, ref in wires(body) if (new := meant(ref)) is not None)
    if edits:
        yield Fix(text, Compound(edits, f"rewire {wrong} to {right}"))
