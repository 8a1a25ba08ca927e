"""What ``zoo probe`` found, as tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from zoo import probing
from zoo.cli.files import console, print_table, table
from zoo.cli.probed_courses import number, show_gradients, show_recurrence

if TYPE_CHECKING:
    from zoo.cli.probed import Found


def show(found: Sequence[Found]) -> None:
    """Everything, for a person: norms over distance of all models together, the rest one by one."""
    for each in found:
        console().print(each.prefix + each.about, style="dim")
    show_gradients(found)
    show_recurrence(found)
    for each in found:
        _show_rest(each)


def _show_rest(found: Found) -> None:
    if found.prefix and (found.leaks or found.nan or found.statistics or found.attention):
        click.echo(f"\n== {found.name}")
    if found.statistics is not None:
        _show_statistics(found.statistics)
    if found.attention is not None:
        _show_attention(found.attention)
    if found.leaks is not None:
        _show_leaks(found.leaks, at_length=found.alone)
    if found.nan is not None and found.nan[0] is None:
        click.echo("\nall values and all gradients are finite")


def _show_statistics(found: Sequence[probing.Statistics]) -> None:
    click.echo("\nwhat flows, and the gradient of J there")
    rows = table("wire", "layer")
    for name in ("mean", "std", "max", "zeros", "dead", "not finite", "grad std", "grad max", "grad zeros"):
        rows.add_column(name, justify="right", no_wrap=True)
    for each in found:
        there, back = each.activation, each.gradient
        gradient = (
            ("", "", "") if back is None else (number(back.std), number(back.most), f"{back.zeros:.0%}")
        )
        broken = there.broken + (0 if back is None else back.broken)
        rows.add_row(
            each.wire,
            each.what,
            *map(number, (there.mean, there.std, there.most)),
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
        rows.add_row(each.wire, each.what, each.kind, each.axis, step, earliest, number(each.change))
    print_table(rows)


def _told(kind: str, axis: str, own: Sequence[probing.Leak]) -> str:
    what = f"later steps along '{axis}' change" if kind == "future" else f"padding along '{axis}' shows in"
    if not own:
        return f"{what} nothing {'before them' if kind == 'future' else 'that is real'}"
    outputs = [each.wire for each in own if each.output]
    named = f"the output{'s' if len(outputs) > 1 else ''} {', '.join(outputs)}" if outputs else "no output"
    first = next((each for each in own if each.first), None)
    begins = "" if first is None else f", first behind '{first.wire}' ({first.what})"
    inner = len(own) - len(outputs)
    return f"{what} {named} and {inner} wire{'' if inner == 1 else 's'}{begins}"
