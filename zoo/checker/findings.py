"""Findings: problems whose place is still a path in the document instead of a line and column.

A ``Finding`` is cheap and relocatable: its node path is relative to the body that is being resolved. A block
with several uses is resolved once, and its findings are reported under the path of its first use. Findings
become problems, with lines and columns, only at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

from zoo.graph import Graph
from zoo.problems import Place, Problem, Severity

TreePath: TypeAlias = tuple[str | int, ...]
"""The path of a value in a document: ``("nodes", "encoder", "with", "hidden")``."""

Code = Literal[
    "axis-unknown",
    "block-recursion",
    "block-unknown",
    "cycle",
    "file-missing",
    "freeze-nothing",
    "future-seen",
    "graph-depth",
    "graph-size",
    "input-unused",
    "layer-missing",
    "layer-refuses",
    "mask-unwired",
    "name-twice",
    "node-unused",
    "output-missing",
    "param-missing",
    "param-unknown",
    "param-unused",
    "param-value",
    "port-choice",
    "port-missing",
    "port-twice",
    "port-unknown",
    "post-norm",
    "repeat-carry",
    "repeat-count",
    "repeat-share",
    "repeat-vary",
    "requires-missing",
    "reuse-cycle",
    "reuse-unknown",
    "scan-axis",
    "scan-final",
    "scan-mask",
    "scan-next",
    "scan-output",
    "scan-state",
    "setting-missing",
    "setting-open",
    "setting-unknown",
    "setting-value",
    "size-value",
    "tie-cycle",
    "tie-frozen",
    "tie-shape",
    "tie-unknown",
    "wire-choice",
    "wire-dtype",
    "wire-list",
    "wire-optional",
    "wire-port",
    "wire-shape",
    "wire-unknown",
]
"""The codes of the checker's problems; docs/problems.md has a line for each."""


class Said(NamedTuple):
    """Where the value of a param was written: the document, and the place in it."""

    file: str
    at: TreePath


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that is not located yet: ``at`` is its place in the document ``file`` (the key, if ``key``).

    ``about`` is the place of the input that it concerns, which is then not also reported as unused.
    ``origin`` identifies the cause, such as the value of a param, so that one wrong value is reported only
    once.
    """

    code: Code
    message: str
    remedy: str = ""
    severity: Severity = "error"
    path: tuple[str, ...] = ()
    port: str = ""
    file: str = ""
    at: TreePath = ()
    key: bool = False
    about: TreePath = ()
    origin: tuple[object, ...] = ()

    def under(self, path: tuple[str, ...]) -> Finding:
        """The finding with its path prefixed; a cycle names its nodes in full and has no path."""
        return replace(self, path=(*path, *self.path)) if path and self.code != "cycle" else self

    @property
    def body(self) -> tuple[str, TreePath]:
        """The graph or block that it is in: the document, and the place in it."""
        return self.file, self.at[:2] if self.at[:1] == ("blocks",) else ()

    @property
    def spot(self) -> tuple[object, ...]:
        """The identity of a mistake: its origin, if it has one, or its code and place."""
        if self.origin:
            return self.origin
        return (self.code, self.file, self.at, self.port, *(() if self.at else (self.message,)))


_OF_WIRES = ("wire-", "port-", "scan-", "name-", "cycle", "reuse-")


def to_problems(findings: Iterable[Finding], root: Graph) -> tuple[Problem, ...]:
    """One problem per mistake, in file order, those of the root document first."""
    kept = once(findings)
    explained = {(finding.file, finding.about) for finding in kept if finding.about}
    wires = {finding.body for finding in kept if finding.code.startswith(_OF_WIRES)}
    values = {finding.body for finding in kept if finding.code.startswith("setting-")}
    placed = [
        (_place(finding, root), finding)
        for finding in kept
        # a wrong wire makes a node seem unused, and a wrong setting a param
        if not finding.code.endswith("-unused")
        or (finding.body not in wires and (finding.file, finding.at) not in explained)
        if finding.code != "param-unused" or finding.body not in values
    ]
    placed.sort(key=lambda pair: (pair[1].file != "", pair[0] or Place("", 0, 0)))
    return tuple(
        Problem(f.severity, f.code, f.message, f.remedy, ".".join(f.path), place, f.port)
        for place, f in placed
    )


def once(findings: Iterable[Finding]) -> list[Finding]:
    """The first finding of each mistake."""
    first: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        first.setdefault(finding.spot, finding)
    return list(first.values())


def document(root: Graph, file: str) -> Graph:
    """The document of a finding: ``root`` itself, or one that it uses, by the file names on the way."""
    for name in file.split(INSIDE) if file else ():
        root = root.files[name]
    return root


INSIDE = " > "
"""The separator of file names in a chain of files that use each other."""


def _place(finding: Finding, root: Graph) -> Place | None:
    source = document(root, finding.file).source
    return source.place(finding.at, finding.key) if source else None


def its(noun: str, names: Iterable[str] | Mapping[str, object]) -> str:
    """The existing names, for a message about an unknown one: ``its inputs are x, h``."""
    words = list(names)
    return f"its {noun} are {listed(words)}" if words else f"it has no {noun}"


def listed(names: Iterable[str] | Mapping[str, object]) -> str:
    """Names for a message: ``x, h, c``, at most eight."""
    words = list(names)
    return ", ".join(words[:8]) + (", …" if len(words) > 8 else "") if words else "none"
