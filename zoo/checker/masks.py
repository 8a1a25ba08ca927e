"""Masks that exist and are not wired: the bug that trains, and learns from padding."""

from __future__ import annotations

from zoo.checker.findings import TreePath
from zoo.checker.frame import Frame
from zoo.checker.patterns import Bindings, Shape
from zoo.checker.plan import entries
from zoo.checker.site import Site
from zoo.checker.targets import Target
from zoo.checker.wiring import Wires
from zoo.spec import TensorType


def candidates(frame: Frame) -> dict[str, TensorType]:
    """The masks of a body: its inputs of bools that are called so."""
    return {
        name: known.type
        for name, known in frame.names.items()
        if known.types is None
        and known.type is not None
        and known.type.dtype == "bool"
        and "mask" in name.lower()
    }


def warn(site: Site, target: Target, wires: Wires, bindings: Bindings) -> None:
    """Warn of every optional input of bools that is not wired though a mask has exactly its axes."""
    for port, pattern in target.masks:
        if port not in wires.inputs and not wires.unknown:
            name = fitting(site.frame, pattern.shape(bindings))
            if name is not None:
                report(site, name, port, ("in",), f"in: {{{port}: {name}}}")


def fitting(frame: Frame, shape: Shape | None) -> str | None:
    """The mask with these axes, by name and not only by size."""
    return next((name for name, type_ in frame.masks.items() if type_.shape == shape), None)


def report(site: Site, name: str, port: str, at: TreePath, entry: str) -> None:
    """Say that a mask is not used where it could be."""
    frame = site.frame
    about = (*frame.tree, *dict(entries(frame.plan.body))[name])
    message = f"nothing is wired to this mask, though '{name}' has its axes"
    site.report("mask-unwired", message, f"write {entry}", at=at, key=True, port=port, about=about)
