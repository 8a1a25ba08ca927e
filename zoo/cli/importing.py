"""``zoo import``: plain PyTorch as a graph."""

from __future__ import annotations

from pathlib import Path

import click

from zoo.cli.files import examples


@click.command(
    "import",
    short_help="Turn plain PyTorch into a graph.",
    epilog=examples("zoo import gpt.py", "zoo import gpt.py -o models/gpt.yaml"),
)
@click.argument("source")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The graph file  [default: the graph's name and .yaml]",
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
def import_(source: str, output: Path | None, force: bool) -> None:
    """Turn plain PyTorch into a graph.

    SOURCE is a file of `zoo eject`, whose graph comes back, with the files that it uses beside it. Nothing in
    it is executed.
    """
    from zoo.ejecting import origin
    from zoo.files import read_text
    from zoo.importing import ImportingError, save

    back = origin(read_text(source))
    if back is None:
        raise ImportingError(f"{source} was not written by `zoo eject`: it holds no graph")
    if not back.unchanged:
        click.echo(
            f"warning: the code of {source} was changed since it was ejected; the graph is that of before",
            err=True,
        )
    written = save(back.graph, output or Path(f"{back.graph.name}.yaml"), force=force)
    click.echo(f"wrote {', '.join(map(str, written))}: the graph that {source} was ejected from")
