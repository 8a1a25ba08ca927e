"""The lowerings by name: the ways to turn a scan into code.

A name stands for a list of lowerings. Each scan is lowered separately by the first in the list that does not
decline, so one graph may contain scans that are lowered in different ways. The reasons for declining are
shown by ``model.explain()``.

A custom lowering is a function that writes the class of a scan, or raises ``Declined`` before it has written
anything:

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
    """A way to write scans: its name, a short description, and the function that writes one."""

    name: str
    about: str
    write: WriteScan


LOOP = Lowering("loop", "a loop over the steps", loop.lowering())
FUSED = Lowering("fused", "all steps of a cell in one call", fused.write_scan)
SCAN = Lowering("scan", "torch's scan, which exports for any length", higher_order.write_scan)
UNROLL = "unroll"
"""The loop, in a model that ``torch.compile`` unrolls (``zoo.compiler.unrolled``)."""
UNROLLED = Lowering(UNROLL, "a loop that torch.compile unrolls, for each length anew", loop.lowering())

LOWERINGS: dict[str, tuple[Lowering, ...]] = {
    "auto": (FUSED, LOOP),
    "loop": (LOOP,),
    "fused": (FUSED, LOOP),
    UNROLL: (UNROLLED,),
    "scan": (SCAN,),
}
"""The lists of lowerings, by the names that ``compile`` takes; ``auto`` is exact, and the default."""

STEP = "step"
"""``auto`` for a graph that can be streamed (``model.stream()``); another graph is refused at once."""


def lowering(name: str) -> WriteScan:
    """The function that writes scans by the lowering of this name; ZooError for an unknown name."""
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
    """Write the class of a scan by the first lowering that does not decline; GraphError if all do."""
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
