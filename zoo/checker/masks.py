"""Masks that are not wired: a silent bug, with which a model trains, but also on padding."""

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
    """The masks of a body: its bool inputs with ``mask`` in their name."""
    return {
        name: known.type
        for name, known in frame.names.items()
        if known.types is None
        and known.type is not None
        and known.type.dtype == "bool"
        and "mask" in name.lower()
    }


def warn(site: Site, target: Target, wires: Wires, bindings: Bindings) -> None:
    """Warn about every unwired optional bool input for which a mask with exactly its axes exists."""
    for port, pattern in target.masks:
        if port not in wires.inputs and not wires.unknown:
            name = fitting(site.frame, pattern.shape(bindings))
            if name is not None:
                report(site, name, port, ("in",), f"in: {{{port}: {name}}}")


def fitting(frame: Frame, shape: Shape | None) -> str | None:
    """The mask with these axes; named axes must have the same names, not just equal sizes."""
    return next((name for name, type_ in frame.masks.items() if type_.shape == shape), None)


def report(site: Site, name: str, port: str, at: TreePath, entry: str) -> None:
    """Report a mask that could be wired to ``port``."""
    frame = site.frame
    about = (*frame.tree, *dict(entries(frame.plan.body))[name])
    message = f"nothing is wired to this mask, though '{name}' has its axes"
    site.report("mask-unwired", message, f"write {entry}", at=at, key=True, port=port, about=about)
