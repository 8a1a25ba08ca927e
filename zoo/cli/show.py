"""``zoo show``: the nodes of a graph with their shapes, parameters and FLOPs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import (
    GraphFile,
    console,
    examples,
    json_option,
    print_json,
    print_table,
    set_option,
    size_option,
    table,
)

if TYPE_CHECKING:
    from zoo.costs import Cost
    from zoo.values import Scalar


@click.command(
    short_help="Show nodes, shapes, parameters and FLOPs.",
    epilog=examples(
        "zoo show gpt",
        "zoo show transformer --size source=50 --size target=60",
        "zoo show my_model.yaml --set layers=12 --json",
    ),
)
@click.argument("file", type=GraphFile())
@size_option
@set_option
@click.option("--depth", type=click.IntRange(min=0), help="Show nodes within nodes down to this depth only.")
@json_option
def show(
    file: str,
    sizes: tuple[tuple[str, int], ...],
    params: tuple[tuple[str, Scalar], ...],
    depth: int | None,
    as_json: bool,
) -> None:
    """Show the nodes of a graph: layer, shapes of the outputs, parameters, FLOPs of a forward pass.

    FLOPs count products of matrices, a multiplication and an addition as two, for the sizes of the axes that
    --size gives; others are 1 (batch) or 32. "x 3" stands before what runs three times; its figures are those
    of one time.
    """
    from zoo.cli.resolving import resolved
    from zoo.costs import costs
    from zoo.samples import sizes_of

    resolution = resolved(file, dict(params))
    chosen = sizes_of(resolution, dict(sizes))
    cost = costs(resolution, chosen)
    if as_json:
        print_json({"sizes": chosen, **_as_json(cost)})
        return
    _print(cost, chosen, depth)


def _print(cost: Cost, sizes: dict[str, int], depth: int | None) -> None:
    rows = table("node", "layer", "outputs")
    rows.add_column("parameters", justify="right", no_wrap=True)
    rows.add_column("FLOPs", justify="right", no_wrap=True)
    for child in cost.children:
        _add(rows, child, 0, depth)
    rows.add_section()
    rows.add_row("total", "", _types(cost), f"{cost.parameters:,}", _flops(cost.flops), style="bold")
    print_table(rows)
    if sizes:
        console().print(f"for {', '.join(f'{name}={size}' for name, size in sizes.items())}", style="dim")


def _add(rows: Any, cost: Cost, level: int, depth: int | None) -> None:
    times = f"x {cost.times}  " if cost.times != 1 else ""
    parameters = f"{cost.parameters:,}" if cost.parameters else ""
    name = "  " * level + cost.name
    rows.add_row(
        name, times + cost.what, _types(cost), parameters, _flops(cost.flops) if cost.flops != 0 else ""
    )
    if depth is None or level < depth:
        for child in cost.children:
            _add(rows, child, level + 1, depth)


def _types(cost: Cost) -> str:
    if list(cost.types) == ["out"]:
        return str(cost.types["out"])
    return "\n".join(f"{name}: {type}" for name, type in cost.types.items())


def _flops(flops: int | None) -> str:
    """``1.31 M``: three digits are enough to compare."""
    if flops is None:
        return "unknown"
    for power, unit in ((12, "T"), (9, "G"), (6, "M"), (3, "k")):
        if flops >= 10**power:
            return f"{flops / 10**power:.3g} {unit}"
    return str(flops)


def _as_json(cost: Cost) -> dict[str, Any]:
    return {
        "name": cost.name,
        "what": cost.what,
        "outputs": {name: type and str(type) for name, type in cost.types.items()},
        "parameters": cost.parameters,
        "flops": cost.flops,
        "times": cost.times,
        "nodes": [_as_json(child) for child in cost.children],
    }
