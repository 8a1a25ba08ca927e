"""The lowerings by name: the ways in which a scan becomes code.

A name stands for a line of lowerings. Each scan is offered to the line by itself: the first lowering that
does not decline writes its class, so that one graph may hold scans that are lowered in different ways. Who
declines says why, in a sentence that ends up in ``model.explain()``.

A lowering of one's own is a function that writes the class of a scan, or raises ``Declined`` before it has
written anything:

    def write(writer: Writer, outer: Body, name: str, uses: list[ScanUse]) -> ModuleClass: ...

    LOWERINGS["mine"] = (Lowering("mine", "as I like it", write), LOOP)
"""

from __future__ import annotations

from dataclasses import dataclass

from zoo.arguments import text
from zoo.checker.resolution import ScanUse
from zoo.compiler.body import Body
from zoo.compiler.program import Chosen, ModuleClass
from zoo.compiler.scans import fused, higher_order, loop
from zoo.compiler.writer import Declined, Writer, WriteScan
from zoo.errors import GraphError, ZooError, did_you_mean
from zoo.problems import Problem


@dataclass(frozen=True, slots=True)
class Lowering:
    """A way to write scans: its name, what it is in a few words, and the function that writes one."""

    name: str
    about: str
    write: WriteScan


LOOP = Lowering("loop", "a loop over the steps", loop.lowering())
FUSED = Lowering("fused", "all steps of a cell in one call", fused.write_scan)
SCAN = Lowering("scan", "torch's scan, which exports for any length", higher_order.write_scan)
UNROLL = "unroll"
"""Names the loop in a model that ``torch.compile`` unrolls (``zoo.compiler.unrolled``)."""
UNROLLED = Lowering(UNROLL, "a loop that torch.compile unrolls, for each length anew", loop.lowering())

LOWERINGS: dict[str, tuple[Lowering, ...]] = {
    "auto": (FUSED, LOOP),
    "loop": (LOOP,),
    "fused": (FUSED, LOOP),
    UNROLL: (UNROLLED,),
    "scan": (SCAN,),
}
"""The lines by the names that ``compile`` takes. ``auto`` holds those alone that are equal to the loop."""

STEP = "step"
"""Names ``auto`` for a graph that streams (``model.stream()``); what keeps it from that is told at once."""


def lowering(name: str) -> WriteScan:
    """What writes scans in the way of that name; ZooError for a name that nobody has."""
    text(name, "lowering")
    line = LOWERINGS.get("auto" if name == STEP else name)
    if line is None:
        known = [*LOWERINGS, STEP]
        raise ZooError(
            f"there is no lowering '{name}'{did_you_mean(name, known)}; there are {', '.join(known)}"
        )

    def write(writer: Writer, outer: Body, scan: str, uses: list[ScanUse]) -> ModuleClass:
        return _first(line, writer, outer, scan, uses)

    return write


def _first(
    line: tuple[Lowering, ...], writer: Writer, outer: Body, name: str, uses: list[ScanUse]
) -> ModuleClass:
    """The class of a scan by the first in line that takes it; GraphError when none does."""
    declined: dict[str, str] = {}
    for each in line:
        try:
            written = each.write(writer, outer, name, uses)
        except Declined as why:
            declined[each.name] = str(why)
            continue
        written.chosen = Chosen(each.name, declined)
        return written
    reasons = "; ".join(f"{each}: {why}" for each, why in declined.items())
    raise GraphError(
        [
            Problem(
                "error",
                "lowering-declines",
                f"no lowering that was asked for takes this scan: {reasons}",
                "compile with lowering='auto'",
                outer.home.path(name),
                outer.place(name),
            )
        ]
    )
