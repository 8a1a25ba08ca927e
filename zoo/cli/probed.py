"""What ``zoo probe`` found, as tables, as JSON and as pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from zoo import probing
from zoo.cli.files import console, print_table, table
from zoo.errors import ZooError

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Found:
    """What each part that was asked for found; None where it was not asked for, or is ``unfit``."""

    gradients: tuple[probing.Reach, ...] | None = None
    recurrence: tuple[probing.Recurrence, ...] | None = None
    leaks: probing.Leaks | None = None
    nan: tuple[probing.Birth | None] | None = None
    statistics: tuple[probing.Statistics, ...] | None = None
    attention: tuple[probing.Map, ...] | None = None
    alone: bool = False
    """Whether one part alone was asked for, which is then told at length."""
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

    def as_json(self) -> dict[str, Any]:
        """Everything, for a program."""
        parts: dict[str, Any] = {}
        if self.gradients is not None:
            parts["gradients"] = [_reach(each) for each in self.gradients]
        if self.recurrence is not None:
            parts["recurrence"] = [{**asdict(each), "gain": _course(each.gain)} for each in self.recurrence]
        if self.leaks is not None:
            parts["leaks"] = asdict(self.leaks)
        if self.nan is not None:
            (born,) = self.nan
            parts["nan"] = born and {**asdict(born), "place": born.place and str(born.place)}
        if self.statistics is not None:
            parts["statistics"] = [asdict(each) for each in self.statistics]
        if self.attention is not None:
            parts["attention"] = [
                {
                    "wire": each.wire,
                    "what": each.what,
                    "entropy": each.entropy,
                    "weights": _list(each.weights),
                }
                for each in self.attention
            ]
        return {**_plain(parts), "unfit": dict(self.unfit), "faults": self.faults}

    def show(self, about: str) -> None:
        """Everything, for a person."""
        out = console()
        out.print(about, style="dim")
        if self.gradients is not None:
            _show_gradients(self.gradients)
        if self.recurrence is not None:
            _show_recurrence(self.recurrence)
        if self.statistics is not None:
            _show_statistics(self.statistics)
        if self.attention is not None:
            _show_attention(self.attention)
        if self.leaks is not None:
            _show_leaks(self.leaks, at_length=self.alone)
        if self.nan is not None and self.nan[0] is None:
            out.print("\nall that flows, forward and backward, are numbers")

    def complain(self, *, named: bool) -> None:
        """What must not be, and what gave no answer (an error where somebody ``named`` it): on stderr."""
        for fault in self.faults:
            click.echo(click.style("error: ", fg="red", bold=True) + fault, err=True)
        for part, why in self.unfit.items():
            word = click.style("error: ", fg="red", bold=True) if named else "no answer: "
            click.echo(f"{word}{part}: {why}", err=True)


def look(
    subject: probing.Subject, parts: Sequence[str], *, wires: Sequence[str], at: int | None, on: str
) -> Found:
    """Probe what was asked for. A part that gives no answer takes nothing from the others."""
    alone, unfit = len(set(parts)) == 1, dict[str, str]()

    def asked(part: str, answer: Callable[[], Part]) -> Part | None:
        try:
            return answer() if part in parts else None
        except ZooError as error:
            unfit[part] = "\n  ".join([str(error), *getattr(error, "__notes__", [])])
            return None

    return Found(
        gradients=asked("gradients", lambda: probing.gradients(subject, wires, at=at, on=on)),
        recurrence=asked("recurrence", lambda: probing.jacobians(subject)),
        leaks=asked("leaks", lambda: probing.leaks(subject, step=at if alone else None)),
        nan=asked("nan", lambda: (probing.first_broken(subject),)),
        statistics=asked("statistics", lambda: probing.statistics(subject, on=on)),
        attention=asked("attention", lambda: probing.attention(subject, *wires)),
        alone=alone,
        unfit=unfit,
    )


def draw(found: Found, part: str, path: Path, *, title: str) -> tuple[str, ...]:
    """Draw one part into a file; what had to be left out, a phrase each."""
    if part == "attention":
        return probing.draw_attention(found.attention or (), path, title=title)
    if part == "recurrence":
        courses = {each.walk: each.gain for each in found.recurrence or ()}
        return probing.draw_courses(courses, path, title=title, what=probing.JACOBIANS)
    courses = {each.wire: each.course for each in found.gradients or ()}
    return probing.draw_courses(courses, path, title=title)


# ---------------------------------------------------------------------------------------------------- tables


_FITTED = ("a step", "from 1 on", "tenth after", "reach")
_EXPLAINED = (
    "a step and from 1 on: the factors of one step and of all behind distance 1, by a line fitted to the "
    "logarithms; the verdict is of it"
)
_LOST = "a norm is no number or infinite: `zoo probe ... nan` names the node in which the first was born"


def _show_gradients(found: Sequence[probing.Reach]) -> None:
    if not found:
        click.echo("\nJ takes its own step of every wire alone; there is no gradient over distance")
        return
    click.echo("\nthe norm of dJ/dh over distance")
    rows = table("wire", "along", "verdict")
    for name in ("at 0", "at 1", "at the end", *_FITTED):
        rows.add_column(name, justify="right", no_wrap=True)
    for each in found:
        course = each.course
        verdict = f"{course.verdict}{', sees ahead' if each.ahead else ''}"
        norms = course.norms
        ends = (norms[0], *((norms[1], norms[-1]) if len(norms) > 1 else (None, None)))
        rows.add_row(each.wire, each.axis, verdict, *map(_number, ends), *_figures(course))
    print_table(rows)
    _explain([each.course for each in found])


def _explain(courses: Sequence[probing.Course]) -> None:
    """What the figures of a table do not say by themselves."""
    if any(each.rate is not None for each in courses):
        console().print(_EXPLAINED, style="dim")
    if all(len(each.norms) == 1 for each in courses):
        click.echo("one step has no distance to another; take more of them, as with --size time=32")
    if any(not math.isfinite(norm) for each in courses for norm in each.norms):
        click.echo(_LOST)


def _show_recurrence(found: Sequence[probing.Recurrence]) -> None:
    if not found:
        click.echo("\nno loop hands on a state")
        return
    click.echo("\nproducts of recurrent Jacobians")
    rows = table("loop", "states", "verdict")
    for name in (*_FITTED, "radius of a step"):
        rows.add_column(name, justify="right", no_wrap=True)
    for each in found:
        states = ", ".join(state.removeprefix(f"{each.walk}.") for state in each.states)
        rows.add_row(each.walk, states, each.gain.verdict, *_figures(each.gain), _number(each.radius))
    print_table(rows)
    _explain([each.gain for each in found])
    weights = [weight for each in found for weight in each.weights]
    if weights:
        click.echo("\nspectral radius of recurrent weights")
        rows = table("weight")
        rows.add_column("blocks", justify="right", no_wrap=True)
        rows.add_column("radius of each", no_wrap=True)
        for name in dict.fromkeys(weight.weight for weight in weights):
            own = [weight for weight in weights if weight.weight == name]
            rows.add_row(name, str(len(own)), "  ".join(f"{each.radius:.3f}" for each in own))
        print_table(rows)


def _show_statistics(found: Sequence[probing.Statistics]) -> None:
    click.echo("\nwhat flows, and the gradient of J there")
    rows = table("wire", "layer")
    for name in ("mean", "std", "max", "zeros", "dead", "NaN", "grad std", "grad max", "grad zeros"):
        rows.add_column(name, justify="right", no_wrap=True)
    for each in found:
        there, back = each.activation, each.gradient
        gradient = (
            ("", "", "") if back is None else (_number(back.std), _number(back.most), f"{back.zeros:.0%}")
        )
        broken = there.broken + (0 if back is None else back.broken)
        rows.add_row(
            each.wire,
            each.what,
            *map(_number, (there.mean, there.std, there.most)),
            f"{there.zeros:.0%}",
            f"{there.dead} of {there.units}" if there.dead else "",
            str(broken or ""),
            *gradient,
        )
    print_table(rows)


def _show_attention(found: Sequence[probing.Map]) -> None:
    click.echo("\nattention: entropy of each head in nats, and of looking at all alike")
    rows = table("node", "layer", "entropy")
    rows.add_column("ln keys", justify="right", no_wrap=True)
    for each in found:
        heads = "  ".join(f"{entropy:.2f}" for entropy in each.entropy)
        rows.add_row(each.wire, each.what, heads, f"{math.log(each.weights.shape[-1]):.2f}")
    print_table(rows)


def _show_leaks(leaks: probing.Leaks, *, at_length: bool) -> None:
    click.echo("")
    if not leaks.axes and not leaks.masks:
        click.echo("no input has steps, and so neither a future nor padding")
    for kind, axes in (("future", leaks.axes), ("padding", leaks.masks)):
        for axis in axes:
            own = [each for each in leaks.found if (each.kind, each.axis) == (kind, axis)]
            click.echo(_told(kind, axis, own))
    if not at_length or not leaks.found:
        return
    click.echo("")
    rows = table("wire", "layer", "shows", "along")
    for name in ("changed from", "first seen at", "by"):
        rows.add_column(name, justify="right", no_wrap=True)
    for each in leaks.found:
        step = "" if each.step is None else str(each.step)
        earliest = "" if each.earliest is None else str(each.earliest)
        rows.add_row(each.wire, each.what, each.kind, each.axis, step, earliest, _number(each.change))
    print_table(rows)


def _told(kind: str, axis: str, own: Sequence[probing.Leak]) -> str:
    what = f"later steps along '{axis}' change" if kind == "future" else f"padding along '{axis}' shows in"
    if not own:
        return f"{what} nothing {'before them' if kind == 'future' else 'that is real'}"
    outputs = [each.wire for each in own if each.output]
    named = f"the output{'s' if len(outputs) > 1 else ''} {', '.join(outputs)}" if outputs else "no output"
    first = next((each for each in own if each.first), None)
    begins = "" if first is None else f", first behind '{first.wire}' ({first.what})"
    return f"{what} {named} and {len(own) - len(outputs)} wires{begins}"


def _fault(leak: probing.Leak) -> str:
    if leak.kind == "padding":
        return f"the output '{leak.wire}' changes with what stands in the padding along '{leak.axis}'"
    return (
        f"the output '{leak.wire}' changes at step {leak.earliest} with '{leak.axis}' from step {leak.step} "
        "on, and the graph says that it is causal"
    )


# --------------------------------------------------------------------------------------------------- figures


def _figures(course: probing.Course) -> tuple[str, str, str, str]:
    rate, factor, horizon = course.rate, course.factor, course.horizon
    return (
        "" if rate is None else f"× {rate:.3f}",
        "" if factor is None else f"× {_number(factor)}",
        "" if horizon is None or horizon > 10_000 else f"{horizon:.1f}",
        str(course.reach),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2g}"


def _course(course: probing.Course) -> dict[str, Any]:
    return {**asdict(course), "factor": course.factor, "horizon": course.horizon}


def _reach(each: probing.Reach) -> dict[str, Any]:
    return {**asdict(each), "course": _course(each.course)}


def _list(x: Any) -> list[Any]:
    found: list[Any] = x.tolist()  # torch types its elements in part
    return found


def _plain(value: Any) -> Any:
    """JSON knows neither NaN nor infinity: they go as the words that Python's ``float`` and JavaScript's
    ``Number`` read.
    """
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}  # pyright: ignore[reportUnknownVariableType] - any JSON
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]  # pyright: ignore[reportUnknownVariableType] - any JSON
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
