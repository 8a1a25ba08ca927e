"""``zoo graphs`` and ``zoo packs``: the library of graphs, and the installed packs."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import examples, json_option, print_json, print_table, table
from zoo.cli.outputs import claim, force_option
from zoo.errors import ZooError

if TYPE_CHECKING:
    from zoo.packs import Pack


def _completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 - click passes them
    from zoo.packs import registry

    return sorted(name for name in registry().graphs if name.startswith(incomplete))


class _Graphs(click.Group):
    """The group; if the name of a graph is given instead of a command, it lists what can be done with it."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            from zoo.errors import did_you_mean
            from zoo.packs import registry

            name, known = args[0], registry().graphs
            if name in known:
                ctx.fail(
                    f"zoo graphs lists and copies; zoo show {name} shows this graph, zoo draw {name} -o "
                    f"{name}.svg draws it, and zoo graphs copy {name} copies it"
                )
            hint = did_you_mean(name, [*self.commands, *known])
            ctx.fail(f"there is neither a command nor a graph '{name}'{hint}; zoo graphs lists the graphs")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Graphs,
    invoke_without_command=True,
    short_help="List the library of graphs, or copy one.",
    epilog=examples(
        "zoo graphs",
        "zoo graphs --json",
        "zoo graphs --docs docs",
        "zoo graphs copy gpt",
        "zoo graphs copy transformer my_models",
    ),
)
@click.option(
    "--docs",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a page about all of them, graphs.md, and pictures in images/graphs, overwriting old ones.",
)
@click.option(
    "--quick",
    is_flag=True,
    help="With --docs: keep the measurements and pictures of graphs that the page has.",
)
@json_option
@click.pass_context
def graphs(ctx: click.Context, docs: Path | None, quick: bool, as_json: bool) -> None:
    """List the graphs of the library, in the order in which one leads to the next.

    Use their names wherever a command takes a FILE. Parameters are counted for the sizes in the files.
    """
    if ctx.invoked_subcommand is not None:
        return
    from zoo.packs import registry

    if docs:
        _write(docs, quick=quick)
        return
    found = [_entry(name, path) for name, path in registry().graphs.items()]
    if as_json:
        print_json(found)
        return
    from zoo.sizes.words import short

    rows = table("graph", "what it is", "parameters", "layers")
    for each in found:
        parameters = "" if each["parameters"] is None else short(each["parameters"])
        rows.add_row(each["name"], each["about"], parameters, " ".join(each["layers"]))
    print_table(rows)


def _write(folder: Path, *, quick: bool) -> None:
    """Write the page of the library, and a picture of each graph."""
    from zoo.cli.draw import drawing
    from zoo.files import load
    from zoo.packs import registry
    from zoo.pages.html import write
    from zoo.pages.library import kept, library_page, measured

    pictures = folder / "images" / "graphs"
    there = folder / "graphs.md"
    measure = kept(there.read_text(encoding="utf-8")) if quick and there.is_file() else measured
    page = library_page(registry(), "images/graphs", measure)
    write(folder / "graphs.md", page)
    click.echo(f"wrote {folder / 'graphs.md'}")
    pictures.mkdir(parents=True, exist_ok=True)
    with drawing() as draw:
        for name, path in registry().graphs.items():
            graph = load(path)
            if graph.nodes and not (quick and (pictures / f"{name}.png").is_file()):
                draw(graph, pictures / f"{name}.png")
                click.echo(f"wrote {pictures / name}.png")


def _entry(name: str, path: Path) -> dict[str, Any]:
    """The entry of a graph; an unreadable file has an error instead, a graph of blocks only no costs."""
    from zoo.checker import resolve
    from zoo.costs import count_parameters
    from zoo.files import load
    from zoo.pages.facts import layers_used

    entry: dict[str, Any] = {"name": name, "about": "", "parameters": None, "layers": [], "file": str(path)}
    try:
        graph = load(path)
    except ZooError as error:
        return {**entry, "about": f"cannot be read: {str(error).splitlines()[0]}"}
    entry["about"] = graph.about
    resolution = resolve(graph)
    if resolution.ok and graph.nodes:
        entry |= {"parameters": count_parameters(resolution), "layers": list(layers_used(resolution))}
    return entry


@graphs.command(
    short_help="Copy a graph, to change it.",
    epilog=examples("zoo graphs copy gpt", "zoo graphs copy transformer my_models"),
)
@click.argument("name", shell_complete=_completed)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@force_option
def copy(name: str, folder: Path, force: bool) -> None:
    """Copy a graph of the library, and the files that it uses, into a folder (default: this one)."""
    from zoo.errors import did_you_mean
    from zoo.files import load
    from zoo.files.texts import files_of
    from zoo.packs import registry

    known = registry().graphs
    if name not in known:
        raise ZooError(f"there is no graph '{name}'{did_you_mean(name, known)}; zoo graphs lists them")
    path = known[name]
    files = [Path(path.name), *dict.fromkeys(Path(used) for used, _ in files_of(load(path)))]
    for file in files:
        if ".." in file.parts:
            raise ZooError(
                f"'{name}' uses {file}, which lies outside its folder; copy the whole project instead"
            )
    claim(*(folder / file for file in files), force=force)
    for file in files:
        try:
            copyfile(path.parent / file, folder / file)
        except OSError as error:
            raise ZooError(
                f"{folder / file} cannot be written: {error.strerror}; name another folder"
            ) from None
        click.echo(f"wrote {folder / file}")


@click.command(
    short_help="List the packs, and what is wrong with them.",
    epilog=examples("zoo packs", "zoo packs --traceback", "zoo --plugins my_layers packs"),
)
@click.option("--traceback", "tracebacks", is_flag=True, help="Also print the tracebacks of broken packs.")
@json_option
def packs(tracebacks: bool, as_json: bool) -> None:
    """List the packs: where each comes from, what it offers, how long it took to load, what is wrong.

    The exit code is 1 if something is wrong: a broken pack, or a name that two packs claim.
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
