"""What the checker finds while it works: a problem that still knows its place by the way through the
document.

A ``Finding`` is cheap and movable: its node path is relative to the body that is being resolved, so a block
that is used in several places is resolved once, and its findings are put under the path of the first use.
Only at the end do findings become problems, with lines and columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

from zoo.graph import Graph
from zoo.problems import Place, Problem, Severity

TreePath: TypeAlias = tuple[str | int, ...]
"""The way to a value in a document: ``("nodes", "encoder", "with", "hidden")``."""

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
    """Where the value of a param was said: its document, and its place there."""

    file: str
    at: TreePath


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem on its way: ``at`` is where it stands in the document ``file`` (its key, if ``key``).

    ``about`` is the input that it is about, which then is no longer called unused; ``origin`` the value of a
    param that is to blame, so that one wrong value is one mistake wherever it leads.
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
        """The same finding seen from further out; a cycle names its nodes in full, and so has no path."""
        return replace(self, path=(*path, *self.path)) if path and self.code != "cycle" else self

    @property
    def body(self) -> tuple[str, TreePath]:
        """The graph or block that it is in: its document, and its place there."""
        return self.file, self.at[:2] if self.at[:1] == ("blocks",) else ()

    @property
    def spot(self) -> tuple[object, ...]:
        """What makes two findings one mistake: one origin, or the same code at the same place."""
        if self.origin:
            return self.origin
        return (self.code, self.file, self.at, self.port, *(() if self.at else (self.message,)))


_OF_WIRES = ("wire-", "port-", "scan-", "name-", "cycle", "reuse-")


def to_problems(findings: Iterable[Finding], root: Graph) -> tuple[Problem, ...]:
    """One problem for each mistake, in the order of the file, those of the root document first."""
    kept = once(findings)
    explained = {(finding.file, finding.about) for finding in kept if finding.about}
    wires = {finding.body for finding in kept if finding.code.startswith(_OF_WIRES)}
    values = {finding.body for finding in kept if finding.code.startswith("setting-")}
    placed = [
        (_place(finding, root), finding)
        for finding in kept
        # a wire that goes wrong leaves something unread, a setting that does a param
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
    """The document of a finding: ``root`` itself or, by the names on the way, one that it uses."""
    for name in file.split(INSIDE) if file else ():
        root = root.files[name]
    return root


INSIDE = " > "
"""Between the names of files that use each other."""


def _place(finding: Finding, root: Graph) -> Place | None:
    source = document(root, finding.file).source
    return source.place(finding.at, finding.key) if source else None


def its(noun: str, names: Iterable[str] | Mapping[str, object]) -> str:
    """What there is instead of a name that is none: ``its inputs are x, h``, ``it has no inputs``."""
    words = list(names)
    return f"its {noun} are {listed(words)}" if words else f"it has no {noun}"


def listed(names: Iterable[str] | Mapping[str, object]) -> str:
    """Names for a sentence: ``x, h, c``, at most eight of them."""
    words = list(names)
    return ", ".join(words[:8]) + (", …" if len(words) > 8 else "") if words else "none"
