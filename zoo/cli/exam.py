"""``zoo exam``: the examination of layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zoo.cli.files import console, examples, json_option, print_json, print_table, table

if TYPE_CHECKING:
    from zoo.testing import Report


@click.command(
    short_help="Examine layers: do they do what they say?",
    epilog=examples(
        "zoo exam recurrent/lstm_cell",
        "zoo exam attention",
        "zoo exam attention --quick",
        "zoo --plugins my_layers exam mine/scale --check padding --check shapes",
        "zoo exam recurrent --json",
    ),
)
@click.argument("names", nargs=-1, required=True, metavar="PACK|LAYER...")
@click.option(
    "--check", "only", multiple=True, metavar="CHECK", help="Make only this check. May be repeated."
)
@click.option("--quick", is_flag=True, help="Skip what compiles, exports or starts another Python.")
@json_option
def exam(names: tuple[str, ...], only: tuple[str, ...], quick: bool, as_json: bool) -> None:
    """Examine a layer, or all layers of a pack: each check tests something that the layer says of itself.

    For one layer every check is shown, for several those that failed. The exit code is 1 if a check failed,
    or if none applied.
    """
    from zoo.testing import check_layer
    from zoo.testing.exam import select
    from zoo.testing.naming import layers_of

    select(only)
    specs = {spec.id + str(spec.version): spec for name in names for spec in layers_of(name)}
    reports: list[Report] = []
    for spec in specs.values():
        report = check_layer(spec, slow=False if quick else None, only=only)
        reports.append(report)
        if not as_json and len(specs) > 1:
            _print_line(report)
    if as_json:
        print_json([dict(report.as_json()) for report in reports])
    elif len(reports) == 1:
        _print_table(reports[0])
    else:
        failed = [report.layer for report in reports if not report.passed]
        seconds = sum(report.seconds for report in reports)
        click.echo(f"\n{len(reports) - len(failed)} of {len(reports)} layers passed in {seconds:.0f} s")
    if not all(report.passed for report in reports):
        raise SystemExit(1)


def _print_line(report: Report) -> None:
    """Print a layer among several: one line, and one for each failure."""
    first, *rest = str(report).splitlines()
    mark = click.style("ok    ", fg="green") if report.passed else click.style("failed", fg="red", bold=True)
    click.echo(f"{mark}  {first}")
    for line in rest:
        click.echo(f"        {line.strip()}")


def _print_table(report: Report) -> None:
    """Print every check of one layer."""
    rows = table("check", "verdict", "compared", "seconds", "")
    styles = {"passed": "green", "failed": "bold red", "not applicable": "dim"}
    for result in report.results:
        count = str(result.count) if result.count else ""
        rows.add_row(
            result.check,
            result.verdict,
            count,
            f"{result.seconds:.2f}",
            result.message,
            style=styles[result.verdict],
        )
    print_table(rows)
    console().print(
        f"\n{str(report).splitlines()[0]}, {report.comparisons} comparisons in {report.seconds:.1f} s"
    )
