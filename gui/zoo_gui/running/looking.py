"""``zoo probe`` in the process of the worker: what a run, or a graph with new weights, does inside."""

from __future__ import annotations

from collections import Counter
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from zoo import probing
from zoo.cli import probed, probed_tables
from zoo.cli.probe import DRAWN
from zoo.errors import ZooError
from zoo.files import loads
from zoo.training.device import device_for
from zoo_gui.running.requests import Probe
from zoo_gui.running.worker import Teller


def look(request: Probe, teller: Teller) -> None:
    """Probe the parts that were asked for: tables of all, pictures of those that can be drawn."""
    subject = probing.subject(
        request.run or loads(request.graph, request.folder),
        task=request.task,
        settings=request.settings,
        sizes=request.sizes,
        examples=request.examples,
        device=device_for(request.device),
    )
    name = subject.resolution.graph.name
    teller.tell("facts", text=f"{name}: {subject.about}")
    question = probed.Question(request.parts, request.wires, request.at, request.on)
    found = probed.look(name, subject, question)
    shown = StringIO()
    with redirect_stdout(shown):
        probed_tables.show([found])
    teller.tell("table", text=shown.getvalue().strip("\n"))
    trouble = [*found.faults, *(f"no answer for {part}: {why}" for part, why in found.unfit.items())]
    for part in (part for part in DRAWN if part in request.parts and part not in found.unfit):
        path = Path(request.pictures, f"{part}.png")
        try:
            trouble += [f"not in the picture: {each}" for each in probed.draw([found], part, path)]
        except ZooError as error:  # the tables are good all the same
            trouble.append(f"no picture of {part}: {error}")
            continue
        teller.tell("picture", title=part, path=str(path))
    for each in trouble:
        teller.tell("facts", text=each)
    if found.empty:
        raise ZooError("; ".join(dict.fromkeys(found.unfit.values())))
    said = [*found.faults, *_verdicts(found)] or ["looked into; the figures say what was found"]
    failed = [each.partition("\n")[0] for each in trouble if each not in found.faults]
    teller.tell("done", text="; ".join([*failed, *said]), figures={"faults": len(found.faults)})


def _verdicts(found: probed.Found) -> list[str]:
    """What is said of gradients over distance and of loops, with the number behind it."""
    said = [
        f"{each.walk}: {each.gain.verdict}, × {each.gain.rate:.3f} a step"
        for each in found.recurrence or ()
        if each.gain.rate is not None
    ]
    counts = Counter(each.course.verdict for each in found.gradients or ())
    if counts:
        wires = ", ".join(f"{verdict} at {count}" for verdict, count in counts.most_common())
        said.append(f"gradients over distance: {wires} of {sum(counts.values())} wires")
    return said
