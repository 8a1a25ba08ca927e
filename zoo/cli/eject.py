"""``zoo eject``: a graph as one file of plain PyTorch."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from zoo.cli.files import examples, set_option
from zoo.cli.outputs import claim, force_option

if TYPE_CHECKING:
    from zoo.values import Scalar


@click.command(
    short_help="Write a graph as one file of plain PyTorch.",
    epilog=examples(
        "zoo eject gpt -o gpt.py",
        "zoo eject runs/gpt -o gpt.py",
        "python gpt.py runs/gpt/best.safetensors",
        "zoo eject transformer --style flat --set layers=6 --lowering loop",
    ),
)
@click.argument("file")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file; without it, the text is printed.",
)
@set_option
@click.option(
    "--style",
    type=click.Choice(["blocks", "flat"]),
    default="blocks",
    show_default=True,
    help="blocks: a class for each block and scan; flat: one class, whose forward reads from top to bottom.",
)
@click.option(
    "--lowering",
    default="auto",
    show_default=True,
    help="How scans are written: auto, loop, fused or scan; `zoo show --lowering` explains them.",
)
@force_option
def eject(
    file: str,
    output: Path | None,
    params: tuple[tuple[str, Scalar], ...],
    style: str,
    lowering: str,
    force: bool,
) -> None:
    """Write a graph as one Python file that needs PyTorch and nothing of the zoo.

    FILE is a graph, or a run of `zoo train` (its folder, or a checkpoint in it), whose params it then has.

    It holds the source of the layers that the graph uses, its blocks as classes, build() and main(). Weights
    have the names that they have here, so that it loads a checkpoint of `zoo train`. The graph stands at its
    end.
    """
    from zoo.cli.resolving import is_trained, trained_graph
    from zoo.ejecting import eject as ejected
    from zoo.files import load, write_text
    from zoo.packs import locate

    if output is not None:
        claim(output, force=force)
    if is_trained(file):
        graph, own = trained_graph(file)
    else:
        graph, own = load(locate(file)), {}
    text = ejected(graph, style=style, lowering=lowering, params={**own, **dict(params)})
    if output is None:
        click.echo(text, nl=False)
        return
    write_text(output, text)
    click.echo(f"wrote {output}: {text.count(chr(10)):,} lines; python {quote(str(output))} runs it once")
