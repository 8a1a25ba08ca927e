"""The deep check: builds every layer, without memory for weights, to find what its constructor refuses.

It is optional, because it needs torch, and third-party constructors may be slow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from zoo.checker.findings import Finding, TreePath
from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ScanUse, Scope, Use
from zoo.checker.session import Session

Spot: TypeAlias = tuple[tuple[str, ...], str, TreePath]
"""The path of a node, its document, and its place in the document."""


def check(session: Session, root: Scope) -> list[Finding]:
    """A finding for every layer whose constructor refuses its settings."""
    findings: list[Finding] = []
    for use, (path, file, at) in _inside(root, ((), "", ()), set()):
        try:
            session.parameters(use.spec, use.settings)
        except Exception as error:  # noqa: BLE001  # third-party code: reported like any other problem
            message = f"{use.spec.id} cannot be built: {error or type(error).__name__}"
            remedy = "change its settings"
            findings.append(Finding("layer-refuses", message, remedy, path=path, file=file, at=at, key=True))
    return findings


def _inside(scope: Scope, spot: Spot, seen: set[int]) -> Iterator[tuple[LayerUse, Spot]]:
    """The layers of a body and of the bodies inside it, each with its first place."""
    path, file, tree = spot
    if id(scope) not in seen:
        seen.add(id(scope))
        for name, node in scope.nodes.items():
            yield from _of(node.use, ((*path, name), file, (*tree, "nodes", name)), seen)


def _of(use: Use | None, spot: Spot, seen: set[int]) -> Iterator[tuple[LayerUse, Spot]]:
    path, file, at = spot
    if isinstance(use, LayerUse):
        yield use, spot
    elif isinstance(use, BlockUse):
        yield from _inside(use.scope, (path, use.file, ("blocks", use.name)), seen)
    elif isinstance(use, ScanUse):
        yield from _inside(use.scope, (path, file, (*at, "scan")), seen)
    elif isinstance(use, RepeatUse):
        for index, each in enumerate(use.each):
            if id(each) not in seen:
                seen.add(id(each))
                yield from _of(each, ((*path, str(index)), file, at), seen)
