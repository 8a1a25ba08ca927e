"""``zoo eject``: a graph as one file of plain PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo.cli.files import GraphFile, examples, set_option

if TYPE_CHECKING:
    from zoo.values import Scalar


@click.command(
    short_help="Write a graph as one file of plain PyTorch.",
    epilog=examples(
        "zoo eject gpt -o gpt.py",
        "python gpt.py runs/gpt/best.safetensors",
        "zoo eject transformer --set layers=6 --lowering loop",
    ),
)
@click.argument("file", type=GraphFile())
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    help="The file; without it, the text is printed.",
)
@set_option
@click.option(
    "--lowering",
    default="auto",
    show_default=True,
    help="How scans are written: auto, loop, fused; `zoo show --lowering` explains them.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def eject(
    file: str, output: str | None, params: tuple[tuple[str, Scalar], ...], lowering: str, force: bool
) -> None:
    """Write a graph as one Python file that needs PyTorch and nothing of the zoo.

    It holds the source of the layers that the graph uses, its blocks as classes, build() and main(). Weights
    have the names that they have here, so that it loads a checkpoint of `zoo train`. The graph stands at its
    end.
    """
    from zoo.ejecting import eject as ejected
    from zoo.errors import FileError
    from zoo.files import load, write_text

    text = ejected(load(file), lowering=lowering, params=dict(params))
    if output is None:
        click.echo(text, nl=False)
        return
    if Path(output).exists() and not force:
        raise FileError(f"{output} is there already, perhaps changed by hand; name another, or --force")
    write_text(output, text)
    click.echo(f"wrote {output}: {text.count(chr(10)):,} lines; python {output} runs it once")
