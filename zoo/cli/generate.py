"""``zoo generate``: a trained model writes on from a prompt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import examples
from zoo.cli.searching import device_option, sampling_of, sampling_options

if TYPE_CHECKING:
    from zoo.training.options import Device


@click.command(
    short_help="Continue a text with a trained model.",
    epilog=examples(
        'zoo generate runs/gpt --prompt "The "',
        'zoo generate runs/gpt --prompt "def " --length 1000 --temperature 0.5 --top-k 10',
        "zoo generate runs/gpt --top-p 0.9",
    ),
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("--prompt", help="The text to go on from  [default: a line end]")
@click.option(
    "--length",
    type=click.IntRange(min=0),
    default=300,
    show_default=True,
    help="Tokens to write: characters, most often.",
)
@sampling_options(temperature=0.8)
@device_option
def generate(
    checkpoint: Path, prompt: str | None, length: int, seed: int, device: Device, **how: Any
) -> None:
    """Continue a prompt with the model of CHECKPOINT, a run's folder or a file in it.

    The text goes to the standard output as it is written; how its tokens were computed, once each or all
    anew for each new one, is said on the standard error at its end.
    """
    from zoo.training.decode import stream

    written = stream(checkpoint, prompt, length=length, sampling=sampling_of(how), seed=seed, device=device)
    for piece in written:
        click.echo(piece, nl=False)
    click.echo()
    click.echo(written.way, err=True)
