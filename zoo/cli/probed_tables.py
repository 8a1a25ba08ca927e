"""What ``zoo probe`` found, as tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from zoo import probing
from zoo.cli.files import console, print_table, table

if TYPE_CHECKING:
    from zoo.cli.probed import Found


def show(found: Found, about: str) -> None:
    """Everything, for a person."""
    out = console()
    out.print(about, style="dim")
    if found.gradients is not None:
        _show_gradients(found.gradients)
    if found.recurrence is not None:
        _show_recurrence(found.recurrence)
    if found.statistics is not None:
        _show_statistics(found.statistics)
    if found.attention is not None:
        _show_attention(found.attention)
    if found.leaks is not None:
        _show_leaks(found.leaks, at_length=found.alone)
    if found.nan is not None and found.nan[0] is None:
        out.print("\nall that flows, forward and backward, are numbers")


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
