"""Norms over distance that ``zoo probe`` found, as tables: gradients of J, and recurrences on their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from zoo import probing
from zoo.cli.files import console, print_table, table

if TYPE_CHECKING:
    from rich.table import Table

    from zoo.cli.probed import Found

_FITTED = ("per step", "overall", "tenth after", "reach")
_EXPLAINED = "per step, overall: by a line fitted to the logarithms from distance 1 on, as is the verdict"
_UNEVEN = (
    "uneven: more than tenfold, but not step by step: the nearer or the farther half does nearly all of it"
)
_WITHOUT_LOOP = (
    "fading, growing: at a steady rate, but no loop could be watched that does it, as in attention"
)
_LOST = "a norm is NaN or infinite: `zoo probe ... nan` names the node that gave the first such value"


def show_gradients(found: Sequence[Found]) -> None:
    """The norm of ∂J/∂h over distance, the wires of all models in one table."""
    reaches = [(each.prefix, reach) for each in found for reach in each.gradients or ()]
    if not reaches:
        if any(each.gradients is not None for each in found):
            click.echo("\nJ depends on no step of any wire but its own; there is no gradient over distance")
        return
    click.echo("\nthe norm of dJ/dh over distance")
    rows = table("wire", "along", "verdict")
    _columns(rows, "at 0", "at 1", "at the end", *_FITTED)
    for prefix, each in reaches:
        course = each.course
        verdict = f"{course.verdict}{', sees ahead' if each.ahead else ''}"
        norms = course.norms
        ends = (norms[0], *((norms[1], norms[-1]) if len(norms) > 1 else (None, None)))
        along = each.axis + (", onwards" if each.forward else "")
        rows.add_row(prefix + each.wire, along, verdict, *map(number, ends), *_figures(course))
    print_table(rows)
    _explain([each.course for _, each in reaches])


def show_recurrence(found: Sequence[Found]) -> None:
    """Products of Jacobians and spectral radii, the loops of all models in one table."""
    loops = [(each.prefix, loop) for each in found for loop in each.recurrence or ()]
    if not loops:
        if any(each.recurrence is not None for each in found):
            click.echo("\nno loop hands on a state")
        return
    click.echo("\nproducts of recurrent Jacobians")
    rows = table("loop", "states", "verdict")
    _columns(rows, *_FITTED, "radius of a step")
    for prefix, each in loops:
        states = ", ".join(state.removeprefix(f"{each.walk}.") for state in each.states)
        rows.add_row(prefix + each.walk, states, each.gain.verdict, *_figures(each.gain), number(each.radius))
    print_table(rows)
    _explain([each.gain for _, each in loops])
    weights = [(prefix + weight.weight, weight) for prefix, each in loops for weight in each.weights]
    if weights:
        click.echo("\nspectral radius of recurrent weights")
        rows = table("weight")
        _columns(rows, "blocks", "radius of each")
        for name in dict.fromkeys(name for name, _ in weights):
            own = [weight for each, weight in weights if each == name]
            rows.add_row(name, str(len(own)), "  ".join(f"{each.radius:.3f}" for each in own))
        print_table(rows)


def _columns(rows: Table, *names: str) -> None:
    """Columns of figures."""
    for name in names:
        rows.add_column(name, justify="right", no_wrap=True)


def _explain(courses: Sequence[probing.Course]) -> None:
    """What the figures of a table do not say by themselves."""
    if any(each.rate is not None for each in courses):
        console().print(_EXPLAINED, style="dim")
    if any(each.verdict == "uneven" for each in courses):
        console().print(_UNEVEN, style="dim")
    if any(each.verdict in ("fading", "growing") for each in courses):
        console().print(_WITHOUT_LOOP, style="dim")
    if all(len(each.norms) == 1 for each in courses):
        click.echo("one step has no distance to another; take more of them, as with --size time=32")
    if any(not math.isfinite(norm) for each in courses for norm in each.norms):
        click.echo(_LOST)


def _figures(course: probing.Course) -> tuple[str, str, str, str]:
    rate, factor, horizon = course.rate, course.factor, course.horizon
    return (
        "" if rate is None else f"× {rate:.3f}",
        "" if factor is None else f"× {number(factor)}",
        "" if horizon is None or horizon > 10_000 else f"{horizon:.1f}",
        str(course.reach),
    )


def number(value: float | None) -> str:
    """A figure of two digits; nothing for None."""
    return "" if value is None else f"{value:.2g}"
