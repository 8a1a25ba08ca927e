"""``zoo show``: the nodes of a graph with their shapes, parameters and FLOPs, as numbers or as formulas."""

from __future__ import annotations

from textwrap import wrap
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
    from collections.abc import Iterable, Mapping

    from zoo.checker.resolution import Resolution
    from zoo.costs import Cost
    from zoo.formulas import Formulas
    from zoo.sizes import Size
    from zoo.values import Scalar


@click.command(
    short_help="Show nodes, shapes, parameters and FLOPs.",
    epilog=examples(
        "zoo show gpt",
        "zoo show transformer --size source=50 --size target=60",
        "zoo show gpt --formulas --depth 0",
        "zoo show seq2seq_additive --lowering",
        "zoo show my_model.yaml --set layers=12 --json",
    ),
)
@click.argument("file", type=GraphFile())
@size_option
@set_option
@click.option("--depth", type=click.IntRange(min=0), help="Show nested nodes only down to this depth.")
@click.option(
    "--formulas", "symbolic", is_flag=True, help="Show formulas in axes and params instead of numbers."
)
@click.option("--lowering", "ways", is_flag=True, help="Show how each scan runs, and why not faster.")
@json_option
def show(
    file: str,
    sizes: tuple[tuple[str, int], ...],
    params: tuple[tuple[str, Scalar], ...],
    depth: int | None,
    symbolic: bool,
    ways: bool,
    as_json: bool,
) -> None:
    """Show the nodes of a graph: layers, output shapes, parameters, FLOPs of a forward pass.

    FLOPs count matrix products, a multiplication and an addition as two, for the sizes that --size gives;
    other axes have size 1 (batch) or 32. "x 3" marks a node that runs three times; its figures are for one
    run. Frozen nodes are marked, and their parameters are counted at the end. FILE may be a run of `zoo
    train` (its folder), whose params it then has.

    With --formulas, parameters and FLOPs are formulas in axes and params, and two columns tell how the graph
    scales: "sequential" is the longest chain of operations in which each waits for the one before it; "path"
    is the length of the shortest way between the two places of a sequence that are furthest apart. O(time/3)
    is that of a stack in which each layer reaches 3 places further. All of this is measured, by calling
    layers without weights at a few sizes.

    With --lowering, show how each scan of the graph runs, and what keeps it from running faster.
    """
    from zoo.cli.resolving import resolved

    resolution = resolved(file, dict(params))
    if ways:
        _show_ways(resolution, as_json)
        return
    if symbolic:
        if sizes:
            raise click.UsageError("--formulas hold for all sizes; leave out --size, or --formulas")
        from zoo.formulas import formulas

        found = formulas(resolution)
        if as_json:
            print_json(_formulas_as_json(found))
        else:
            _print_formulas(found, resolution.root.values, depth)
        return
    from zoo.costs import costs
    from zoo.errors import SizeError
    from zoo.refusals import refusal
    from zoo.samples import sizes_of

    chosen = sizes_of(resolution, dict(sizes))
    if reason := refusal(resolution, chosen):
        raise SizeError(f"these sizes are refused: {reason}")
    cost = costs(resolution, chosen)
    if as_json:
        print_json({"sizes": chosen, **_as_json(cost)})
        return
    _print(cost, chosen, depth)


def _show_ways(resolution: Resolution, as_json: bool) -> None:
    from zoo.compiler import compile_graph

    found = compile_graph(resolution.graph, device="meta", params=resolution.params).explain()
    if as_json:
        print_json([{"node": each.path, "way": each.way, "reason": each.reason} for each in found])
        return
    if not len(found):
        console().print("this graph has no scans")
        return
    rows = table("scan", "runs as", "because")
    for each in found:
        rows.add_row(each.path, each.way, each.reason)
    print_table(rows)


def _print(cost: Cost, sizes: dict[str, int], depth: int | None) -> None:
    from zoo.sizes.words import short

    rows = table("node", "layer", "outputs")
    rows.add_column("parameters", justify="right", no_wrap=True)
    rows.add_column("FLOPs", justify="right", no_wrap=True)
    for child in cost.children:
        _add(rows, child, 0, depth)
    rows.add_section()
    rows.add_row("total", "", _types(cost), f"{cost.parameters:,}", short(cost.flops), style="bold")
    print_table(rows)
    if cost.frozen:
        learned = cost.parameters - cost.frozen
        console().print(f"{learned:,} parameters are trained, {cost.frozen:,} are frozen", style="dim")
    if sizes:
        console().print(f"for {', '.join(f'{name}={size}' for name, size in sizes.items())}", style="dim")


def _add(rows: Any, cost: Cost, level: int, depth: int | None) -> None:
    from zoo.sizes.words import short

    times = f"x {cost.times}  " if cost.times != 1 else ""
    parameters = f"{cost.parameters:,}" if cost.parameters else ""
    what = f"{cost.what}, frozen" if cost.frozen == cost.parameters > 0 else cost.what
    name = "  " * level + cost.name
    rows.add_row(name, times + what, _types(cost), parameters, short(cost.flops) if cost.flops != 0 else "")
    if depth is None or level < depth:
        for child in cost.children:
            _add(rows, child, level + 1, depth)


def _types(cost: Cost) -> str:
    if list(cost.types) == ["out"]:
        return str(cost.types["out"])
    return "\n".join(f"{name}: {type}" for name, type in cost.types.items())


def _as_json(cost: Cost) -> dict[str, Any]:
    return {
        "name": cost.name,
        "what": cost.what,
        "outputs": {name: type and str(type) for name, type in cost.types.items()},
        "parameters": cost.parameters,
        "frozen": cost.frozen,
        "flops": cost.flops,
        "times": cost.times,
        "nodes": [_as_json(child) for child in cost.children],
    }


_FORMULA = 36
"""The width of a formula in columns."""


def _print_formulas(found: Formulas, params: Mapping[str, Any], depth: int | None) -> None:
    from zoo.sizes.words import formula

    growth = table("node", "layer", "sequential", "path")
    sizes = table("node", "parameters", "FLOPs")  # a table of its own, for formulas are long
    for name, child in _within(found.children, 0, depth):
        times = f"x {formula(child.times)}  " if child.times != 1 else ""
        growth.add_row(name, times + child.what, _order(child), child.path)
        if child.parameters != 0 or child.flops != 0:
            sizes.add_row(name, *map(_lines, (child.parameters, child.flops)))
    growth.add_row("total", "", _order(found), found.path, style="bold")
    sizes.add_row("total", *map(_lines, (found.parameters, found.flops)), style="bold")
    print_table(growth)
    console().print()
    print_table(sizes)
    if found.fixed:
        fixed = ", ".join(f"{name[1:]}={params[name]}" for name in sorted(found.fixed))
        console().print(f"for {fixed} alone", style="dim")


def _lines(size: Size | None) -> str:
    """A formula broken into lines, so that a table with two formula columns stays readable."""
    from zoo.sizes.words import formula

    if size == 0:
        return ""
    text = formula(size).replace(" + ", " +\xa0").replace(" - ", " -\xa0")  # a sign begins a line
    return "\n".join(wrap(text, _FORMULA, break_long_words=False)).replace("\xa0", " ")


def _within(nodes: Iterable[Formulas], level: int, depth: int | None) -> Iterable[tuple[str, Formulas]]:
    """The nodes and their descendants, each with its name indented by depth."""
    for node in nodes:
        yield "  " * level + node.name, node
        if depth is None or level < depth:
            yield from _within(node.children, level + 1, depth)


def _order(node: Formulas) -> str:
    return "unknown" if node.sequential is None else str(node.sequential)


def _formulas_as_json(node: Formulas) -> dict[str, Any]:
    from zoo.sizes.words import formula

    return {
        "name": node.name,
        "what": node.what,
        "parameters": None if node.parameters is None else formula(node.parameters),
        "flops": None if node.flops is None else formula(node.flops),
        "sequential": None if node.sequential is None else str(node.sequential),
        "path": node.path,
        "times": formula(node.times),
        "fixed": sorted(name[1:] for name in node.fixed),
        "nodes": [_formulas_as_json(child) for child in node.children],
    }
