"""Leaks of the future: outputs that depend on later steps although they must not.

That they must not follows either from the graph, which names the axes along which it is ``causal``, or from a
layer on the way whose settings hide later steps that another layer reveals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from zoo.checker.findings import Finding
from zoo.checker.flows import Cause, axes_of, outputs
from zoo.checker.ranges import shown
from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ScanUse, Scope, Use
from zoo.errors import did_you_mean
from zoo.graph import Graph


def check(graph: Graph, root: Scope) -> list[Finding]:
    """A finding for every node by which an output depends on later steps that it must not see."""
    if not graph.causal and not _hides(root, {}):
        return []
    findings = list(_unknown(graph, root))
    for name, flow in outputs(graph, root).items():
        axes = axes_of(root.types.get(name), root)
        for spot, cause in flow.ahead.items():
            source, axis = spot
            if axis not in axes:
                continue
            if axis in graph.causal:
                why = f"this graph is causal along '{axis}', and '{name}' would depend on later '{source}'"
                findings.append(_finding(cause, axis, why))
            elif spot in flow.hidden:
                hider = ".".join(flow.hidden[spot].path)
                why = (
                    f"'{hider}' hides them for nothing, as '{name}' depends on later '{source}' all the same"
                )
                findings.append(_finding(cause, axis, why, warning=True))
    return findings


def _finding(cause: Cause, axis: str, why: str, *, warning: bool = False) -> Finding:
    use = cause.use
    title = use.spec.id if isinstance(use, LayerUse) else "a scan that walks from the end"
    if cause.whole:
        title = title if isinstance(use, LayerUse) else "a scan's last state"
        what, mend = f"{title} takes in all of '{axis}'", "leave it out of what is causal"
    else:
        what, mend = f"{title} lets a step of '{axis}' see later ones", remedy(cause)
    severity = "warning" if warning else "error"
    return Finding(
        "future-seen", f"{what}; {why}", mend, severity, cause.path, "", cause.file, cause.at, key=True
    )


def remedy(cause: Cause) -> str:
    """A remedy: the setting that prevents a layer from looking ahead, if there is one."""
    use = cause.use
    if isinstance(use, ScanUse):
        return "leave out reverse: true"
    for name, field in use.spec.settings.model_fields.items():
        for value in _choices(field.annotation):
            other = {**use.settings, name: value}
            if value != use.settings[name] and not use.ahead & use.spec.sees_ahead(other, cause.wired):
                return f"write with: {{{name}: {shown(value)}}}"
    return "use a layer that sees only earlier steps"


def _choices(hint: Any) -> tuple[Any, ...]:
    """All values of a setting's type, if it is a bool or a Literal."""
    if get_origin(hint) is Annotated:
        return _choices(get_args(hint)[0])
    if get_origin(hint) is Literal:
        return get_args(hint)
    return (True, False) if hint is bool else ()


def _hides(scope: Scope, seen: dict[int, bool]) -> bool:
    """Whether the settings of any layer hide later steps, which suggests that the graph is causal."""
    if id(scope) not in seen:
        seen[id(scope)] = False
        seen[id(scope)] = any(_use_hides(node.use, seen) for node in scope.nodes.values())
    return seen[id(scope)]


def _use_hides(use: Use | None, seen: dict[int, bool]) -> bool:
    if isinstance(use, LayerUse):
        return bool(use.hidden)
    if isinstance(use, BlockUse | ScanUse):
        return _hides(use.scope, seen)
    if isinstance(use, RepeatUse):
        return any(_use_hides(each, seen) for each in {id(each): each for each in use.each}.values())
    return False  # the module of a reuse is checked at its owner


def _unknown(graph: Graph, root: Scope) -> Iterator[Finding]:
    axes = frozenset(word for type_ in root.inputs.values() for word in axes_of(type_, root))
    for index, axis in enumerate(graph.causal):
        if axis not in axes:
            hint = did_you_mean(axis, axes)
            message = f"'{axis}' is no axis of an input here{hint}"
            yield Finding("axis-unknown", message, "name one that the inputs have", at=("causal", index))
