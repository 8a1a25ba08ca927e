"""The entry point of the checker: resolves a whole graph and collects its problems."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from typing import Any

from zoo import arguments
from zoo.checker import blocks, bodies, freezing, future, post_norm, tie_cycles
from zoo.checker import deep as deepening
from zoo.checker.findings import Code, Finding, its, to_problems
from zoo.checker.frame import Frame
from zoo.checker.memory import Memory
from zoo.checker.requirements import check_requirements
from zoo.checker.resolution import Resolution
from zoo.checker.session import Catalogue, Session
from zoo.checker.values import typed
from zoo.collecting import paused
from zoo.errors import did_you_mean
from zoo.graph import Graph
from zoo.problems import Place, Problem
from zoo.sizes import symbol

MOST = 100_000
"""The maximum number of layers of a graph, counting every repetition."""


def check(graph: Graph, registry: Catalogue | None = None, *, deep: bool = False) -> list[Problem]:
    """Every problem of a graph, in file order; an empty list if there is none.

    ``registry`` is where layers are looked up, by default the installed packs. ``deep`` also builds every
    layer, without memory for its weights, to find errors that only its constructor detects.
    """
    return list(resolve(graph, registry, deep=deep).problems)


def check_file(
    path: str | os.PathLike[str], registry: Catalogue | None = None, *, deep: bool = False
) -> list[Problem]:
    """Every problem of a graph file and of the files it uses, in text and graph, sorted by place.

    ``registry`` and ``deep`` are those of ``check``. Raises FileError if the file itself cannot be read.
    """
    from zoo.files import read_path

    reading = read_path(path)
    found = [*reading.problems]
    if not any(problem.code in _CUT_SHORT for problem in reading.problems):
        problems = resolve(reading.graph, registry, dropped=reading.dropped, deep=deep).problems
        headless = any(_lost_a_section(problem) for problem in reading.problems)
        found += [problem for problem in problems if not (headless and problem.code in _OF_NAMES)]
    name = arguments.path(path)
    nowhere = Place(name, 0, 0)
    return sorted(found, key=lambda problem: (_file(problem) != name, problem.place or nowhere))


_CUT_SHORT = {
    "encoding",
    "file-empty",
    "format",
    "yaml-character",
    "yaml-syntax",
    "yaml-depth",
    "yaml-documents",
}
"""Problems after which the rest of the text is unknown, so that checking the graph is pointless."""

_OF_NAMES: set[Code] = {
    "axis-unknown",
    "block-unknown",
    "input-unused",
    "node-unused",
    "output-missing",
    "param-unknown",
    "param-unused",
    "port-unknown",
    "reuse-unknown",
    "setting-unknown",
    "tie-unknown",
    "wire-unknown",
}
"""Problems that may merely follow from a section of the file that could not be read."""


def _lost_a_section(problem: Problem) -> bool:
    around = not problem.path or (problem.path.startswith("#") and "." not in problem.path)
    return around and problem.code in ("kind", "key-unknown", "yaml-key", "yaml-duplicate-key")


def _file(problem: Problem) -> str:
    return problem.place.file if problem.place else ""


@paused()
def resolve(
    graph: Graph,
    registry: Catalogue | None = None,
    *,
    params: Mapping[str, Any] | None = None,
    dropped: Collection[str] = frozenset(),
    memory: Memory | None = None,
    deep: bool = False,
) -> Resolution:
    """Check a graph and return the result: every node with its settings and types.

    ``params`` override the graph's own, as in compiling; if it is None, a param without a value is not a
    problem. ``dropped`` are names that the reader left out of the graph because of an error, so that wires to
    them are not reported again. ``memory`` makes checking an edited graph fast: keep one for each document.
    ``deep`` also builds every layer.
    """
    arguments.graph(graph)
    if registry is None:
        from zoo.packs import registry as installed

        registry = installed()
    # other places may use the valid form of a name that could not be read: `feed forward`, `feed_forward`
    dropped = {*dropped, *(re.sub(r"\W+", "_", name).strip("_") for name in dropped)}
    session = Session(registry, graph, dropped, bodies.resolve, memory)
    findings: list[Finding] = []
    values, given = _params(graph, params, findings)
    frame = Frame(session, graph, "", session.plan(graph, "", ""), values, ("", typed(values)), "")
    blocks.declare(frame, graph.inputs)
    root = bodies.resolve(frame, graph.outputs)
    findings += frame.findings
    findings += _unused_blocks(session, graph)
    findings += check_requirements(graph)
    if not graph.outputs and not dropped and (graph.nodes or params is not None or not graph.blocks):
        findings.append(Finding("output-missing", "the graph has no outputs", "write outputs: {…: node}"))
    layers = session.measures.count(root)
    if layers > MOST:
        message = f"a graph has at most {MOST} layers, and this one has {_told(layers)}"
        findings.append(Finding("graph-size", message, "repeat less often"))
    else:
        findings += future.check(graph, root)
        findings += post_norm.check(root)
        findings += freezing.check(session, root)
        findings += tie_cycles.check(root)
        findings += deepening.check(session, root) if deep else []
    return Resolution(graph, root, to_problems(findings, graph), given, session.close())


def _params(
    graph: Graph, params: Mapping[str, Any] | None, findings: list[Finding]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of the graph's params, by ``$name`` for size expressions and by ``name`` for display."""
    given: dict[str, Any] = dict(graph.params)
    for name, value in (params or {}).items():
        if name not in given:
            hint = did_you_mean(name, given)
            remedy = "" if hint else its("params", given)
            findings.append(Finding("param-unknown", f"the graph has no param '{name}'{hint}", remedy))
        elif value is not None and not isinstance(value, bool | int | float | str):
            message = f"the param '{name}' is a number, a text, true or false, got {type(value).__name__}"
            findings.append(Finding("param-value", message, at=("params", name)))
        else:
            given[name] = value
    values: dict[str, Any] = {}
    for name, value in given.items():
        values[f"${name}"] = symbol(f"?${name}") if value is None else value
        if value is None and params is not None:
            message, remedy = f"the param '{name}' has no value", f"give it one: compile({name}=…)"
            findings.append(Finding("param-missing", message, remedy, at=("params", name), key=True))
    return values, given


def _unused_blocks(session: Session, graph: Graph) -> list[Finding]:
    """Check the blocks that are not used, beginning with those that no other unused block uses."""
    findings: list[Finding] = []
    left = _unreached(session, graph)
    inner = {use for name in left for use in session.plan(graph, "", name).uses}
    for name in [*(name for name in left if name not in inner), *(name for name in left if name in inner)]:
        if name in _unreached(session, graph):
            findings += blocks.check_unused(session, graph, name)
    return findings


def _unreached(session: Session, graph: Graph) -> list[str]:
    return [name for name in graph.blocks if ("", name) not in session.reached]


def _told(number: int) -> str:
    return str(number) if number < 10**12 else "more than a million million"
