"""``zoo draw``: a picture of a graph, as the editor's canvas draws it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import click

from zoo.cli.files import GraphFile, examples
from zoo.cli.outputs import claim, force_option
from zoo.extras import require


@click.command(
    short_help="Draw a graph into an SVG or PNG.",
    epilog=examples(
        "zoo draw gpt -o gpt.svg",
        "zoo draw my_model.yaml -o my_model.png --dark --scale 2",
        "zoo draw gpt -o g.png --flat",
    ),
)
@click.argument("file", type=GraphFile())
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="An .svg or a .png.",
)
@click.option("--flat", is_flag=True, help="Leave out what blocks, repeats and scans hold.")
@click.option("--dark", is_flag=True, help="Light on dark.")
@click.option("--scale", type=click.FloatRange(0.1, 8.0), default=1.0, show_default=True, help="How large.")
@force_option
def draw(file: str, output: Path, flat: bool, dark: bool, scale: float, force: bool) -> None:
    """Draw a graph as the editor does: its nodes and wires, and below them what is in its boxes.

    No display is needed.
    """
    from zoo.files import load

    graph = load(file)
    with drawing() as pictures:
        claim(output, force=force)
        pictures(graph, output, inner=not flat, dark=dark, scale=scale)
    click.echo(f"wrote {output}")


@contextmanager
def drawing() -> Generator[Callable[..., None]]:
    """Context manager: yields a function that draws a graph to a file; ZooError if Qt is not installed."""
    from importlib import import_module

    # By name, because the library must not import the editor.
    require("gui", "PySide6", what="pictures are drawn with Qt")
    pictures = import_module("zoo_gui.pictures")
    app = pictures.application()  # lives as long as something is drawn
    yield pictures.draw
    del app
