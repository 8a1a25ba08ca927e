"""``zoo graphs`` and ``zoo packs``: the library, and where all that there is comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import examples, json_option, print_json, print_table, table
from zoo.errors import ZooError

if TYPE_CHECKING:
    from zoo.packs import Pack


@click.command(short_help="List the library of graphs.", epilog=examples("zoo graphs", "zoo graphs --json"))
@json_option
def graphs(as_json: bool) -> None:
    """List the graphs of the library: their names can stand wherever a command takes a FILE."""
    from zoo.packs import registry

    found = {name: (_about(path), str(path)) for name, path in sorted(registry().graphs.items())}
    if as_json:
        print_json([{"name": name, "about": about, "file": path} for name, (about, path) in found.items()])
        return
    rows = table("graph", "what it is", "file")
    for name, (about, path) in found.items():
        rows.add_row(name, about, path)
    print_table(rows)


def _about(path: Any) -> str:
    from zoo.files import load

    try:
        return load(path).about
    except ZooError as error:
        return f"cannot be read: {str(error).splitlines()[0]}"


@click.command(
    short_help="List the packs, and what is wrong with them.",
    epilog=examples("zoo packs", "zoo packs --traceback", "zoo --plugins my_layers packs"),
)
@click.option("--traceback", "tracebacks", is_flag=True, help="Also print where the broken ones failed.")
@json_option
def packs(tracebacks: bool, as_json: bool) -> None:
    """List the packs: where each is from, what it offers, how long it took to load, what is wrong with it.

    The exit code is 1 when something is wrong: a broken pack, or a name that two packs claim.
    """
    from dataclasses import asdict

    from zoo.packs import registry

    known = registry()
    if as_json:
        print_json([asdict(pack) for pack in known.packs])
    else:
        _list_packs(known.packs)
        for problem in known.problems:
            click.echo(click.style("error: ", fg="red", bold=True) + problem)
        for pack in known.broken.values() if tracebacks else ():
            if pack.traceback:
                click.echo(f"\npack '{pack.name}':\n{pack.traceback}")
    if known.problems:
        raise SystemExit(1)


def _list_packs(found: tuple[Pack, ...]) -> None:
    rows = table("pack", "from", "layers", "graphs", "seconds", "state")
    for pack in found:
        state = "broken" if pack.problem else "blocked" if pack.blocked else "note" if pack.notes else "ok"
        if pack.imported_torch:
            state += "; its time is that of importing torch"
        row = (
            pack.name,
            pack.origin,
            str(len(pack.layers)),
            str(len(pack.graphs)),
            f"{pack.seconds:.3f}",
            state,
        )
        rows.add_row(*row)
    print_table(rows)
