"""``zoo compose``: a trained model writes music."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo.cli.files import device_option, examples, seed_option
from zoo.cli.outputs import claim, force_option
from zoo.cli.searching import tell_obstacle

if TYPE_CHECKING:
    from zoo.training.options import Device


@click.command(
    short_help="Write music with a trained model.",
    epilog=examples(
        "zoo compose runs/chorales -o chorale.mid",
        "zoo compose runs/chorales -o variation.mid --after theme.mid --steps 256",
        "zoo compose runs/chorales -o calm.mid --temperature 0.8 --seed 3",
    ),
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The .mid to write.",
)
@click.option("--steps", type=click.IntRange(min=1), default=64, show_default=True, help="Steps to write.")
@click.option(
    "--after",
    type=click.Path(path_type=Path),
    help="A .mid or .abc to continue  [default: a chord of C major]",
)
@click.option(
    "--temperature",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Below 1 likely notes become more likely; at 0 a key sounds if that is likelier than not.",
)
@seed_option("The same seed gives the same piece.")
@force_option
@device_option
def compose(
    checkpoint: Path,
    output: Path,
    steps: int,
    after: Path | None,
    temperature: float,
    seed: int,
    force: bool,
    device: Device,
) -> None:
    """Write music with the model of CHECKPOINT, a run's folder or a file in it.

    Each step is drawn from the probabilities of its keys. A step lasts as long as in training: a quaver,
    unless steps_a_beat was set.
    """
    from zoo.training.composing import compose as composed

    claim(output, force=force)
    made = composed(checkpoint, steps=steps, after=after, temperature=temperature, seed=seed, device=device)
    made.save(output)
    click.echo(
        f"wrote {output}: {len(made.steps):,} steps, {float(made.steps.sum(1).mean()):.1f} keys a step"
    )
    tell_obstacle(made.obstacle)
