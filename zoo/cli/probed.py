"""What ``zoo probe`` found, which probed_tables shows, and probed_json prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import click

from zoo import probing
from zoo.errors import ZooError

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of each model: parts, wires, the step and the output of J. ``several`` are compared."""

    parts: Sequence[str]
    wires: Sequence[str] = ()
    at: int | None = None
    on: str = ""
    several: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What each part that was asked for found in a model; None where it was not asked for, or is ``unfit``.

    ``name`` is what a person called the model, ``title`` the name of its graph, ``about`` its data.
    """

    name: str
    title: str
    about: str
    gradients: tuple[probing.Reach, ...] | None = None
    recurrence: tuple[probing.Recurrence, ...] | None = None
    leaks: probing.Leaks | None = None
    nan: tuple[probing.Birth | None] | None = None
    statistics: tuple[probing.Statistics, ...] | None = None
    attention: tuple[probing.Map, ...] | None = None
    alone: bool = False
    """Whether one part alone was asked for, which is then told at length."""
    prefix: str = ""
    """What stands before the name of a wire where several models are told of."""
    unfit: Mapping[str, str] = field(default_factory=dict[str, str])
    """The parts that this graph, or these options, give no answer to, and why."""

    @property
    def faults(self) -> list[str]:
        """What must not be, a sentence each."""
        born = [] if self.nan is None or self.nan[0] is None else [str(self.nan[0])]
        leaking = () if self.leaks is None else self.leaks.faults
        return [*born, *(_fault(each) for each in leaking)]

    @property
    def empty(self) -> bool:
        """Whether no part gave an answer."""
        parts = (self.gradients, self.recurrence, self.leaks, self.nan, self.statistics, self.attention)
        return all(each is None for each in parts)

    def complain(self, *, named: bool) -> None:
        """What must not be, and what gave no answer (an error where somebody ``named`` it): on stderr."""
        error = click.style("error: ", fg="red", bold=True)
        for fault in self.faults:
            click.echo(error + self.prefix + fault, err=True)
        word = error if named else "no answer: "
        for why in dict.fromkeys(self.unfit.values()):  # what keeps all parts from an answer is told once
            parts = ", ".join(part for part, its in self.unfit.items() if its == why)
            click.echo(f"{word}{self.prefix}{parts}: {why}", err=True)


def look(name: str, subject: probing.Subject, question: Question) -> Found:
    """Probe what was asked for. A part that gives no answer takes nothing from the others."""
    wires, at, on = question.wires, question.at, question.on
    alone, unfit = len(question.parts) == 1, dict[str, str]()

    def asked(part: str, answer: Callable[[], Part]) -> Part | None:
        try:
            return answer() if part in question.parts else None
        except ZooError as error:
            unfit[part] = "\n  ".join([str(error), *getattr(error, "__notes__", [])])
            return None

    def reaches() -> tuple[probing.Reach, ...]:
        found = probing.gradients(subject, wires, at=at, on=on)
        return found if wires or not question.several else found[:1]  # where the sequence comes in

    return Found(
        name,
        subject.resolution.graph.name,
        subject.about,
        gradients=asked("gradients", reaches),
        recurrence=asked("recurrence", lambda: probing.jacobians(subject)),
        leaks=asked("leaks", lambda: probing.leaks(subject, step=at if alone else None)),
        nan=asked("nan", lambda: (probing.first_broken(subject),)),
        statistics=asked("statistics", lambda: probing.statistics(subject, on=on)),
        attention=asked("attention", lambda: probing.attention(subject, *wires)),
        alone=alone,
        prefix=f"{name}: " if question.several else "",
        unfit=unfit,
    )


def draw(found: Sequence[Found], part: str, path: Path, *, sequence: int = 1) -> tuple[str, ...]:
    """Draw one part into a file, attention of a ``sequence``; what had to be left out, a phrase each."""
    first, several = found[0], len(found) > 1
    abouts = {each.about for each in found}
    title = f"{first.title}: {first.about}" if not several else first.about if len(abouts) == 1 else ""
    if part == "attention":
        return probing.draw_attention(first.attention or (), path, example=sequence - 1, title=title)
    if part == "recurrence":
        courses = {each.prefix + it.walk: it.gain for each in found for it in each.recurrence or ()}
        return probing.draw_courses(courses, path, title=title, what=probing.JACOBIANS)
    courses = {each.prefix + it.wire: it.course for each in found for it in each.gradients or ()}
    return probing.draw_courses(courses, path, title=title)


def _fault(leak: probing.Leak) -> str:
    if leak.kind == "padding":
        return f"the output '{leak.wire}' changes with what stands in the padding along '{leak.axis}'"
    return (
        f"the output '{leak.wire}' changes at step {leak.earliest} with '{leak.axis}' from step {leak.step} "
        "on, and the graph says that it is causal"
    )
