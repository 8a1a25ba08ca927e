"""``zoo demo``: the commands a newcomer would type, one after the other, each shown before it runs."""

from __future__ import annotations

import math
import shlex
import time
from pathlib import Path

import click

from zoo.cli.files import examples

# Chosen by measurement: the lowest loss after a minute on two cores. Slower machines stop after MINUTES.
STEPS, MINUTES = 750, 1.5
OPTIONS = {"lr": 7e-3, "weight-decay": 0.3}
PARAMS = {"layers": 3, "dim": 96, "heads": 4, "hidden": 384, "context": 64, "dropout": 0.0}


@click.command(
    short_help="Take a one-minute tour: check, show, train, generate.",
    epilog=examples("zoo demo", "zoo demo --steps 100 --out runs/quick"),
)
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    help=f"Training steps, however long they take  [default: {STEPS}, for at most {MINUTES} minutes]",
)
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the run  [default: runs/demo]")
def demo(steps: int | None, out: Path | None) -> None:
    """Run four commands that you could type yourself, from a graph file to text that its model wrote.

    A GPT with a third of a million weights learns from a text that comes with every Python; on two cores
    this takes about a minute.
    """
    from zoo.packs import locate
    from zoo.tasks.text import read_text
    from zoo.training.folder import METRICS, free_folder

    began = time.monotonic()
    folder = out or free_folder("demo")
    characters = len(set(read_text(None)[0]))
    values = {"vocab": characters, **PARAMS}
    params = [part for name, value in values.items() for part in ("--set", f"{name}={value}")]

    click.echo("A graph is a file of boxes and wires. Is it sound, and what is in it?")
    _run("check", "gpt")
    _run("show", "gpt", *params)
    click.echo("\nIt learns to predict the next character of half a megabyte of English about Python.")
    options = [part for name, value in OPTIONS.items() for part in (f"--{name}", f"{value:g}")]
    # A slow or busy machine makes fewer steps, but still gets well beyond the bigram model.
    limits = ["--steps", str(steps or STEPS), *(() if steps else ("--minutes", str(MINUTES)))]
    result = _run("train", "gpt", *params, *options, *limits, "--out", str(folder))
    from zoo.training import Result
    from zoo.training.display import bits

    if not isinstance(result, Result):  # the exit code of a run that was stopped
        raise SystemExit(result)
    click.echo("\nAnd it writes, a character at a time.")
    _run("generate", str(folder), "--prompt", "The ", "--length", "400")

    model = bits(result.validation_loss)
    pairs = bits(result.baseline.loss) if result.baseline else math.nan
    if steps is None and result.step < STEPS:
        click.echo(
            f"\nThe clock stopped it after {result.step:,} of {STEPS:,} steps: this machine is slow or busy; "
            f"with --steps {STEPS} it takes all of them."
        )
    click.echo(
        f"\nIn {time.monotonic() - began:.0f} seconds: {model:.2f} bits for each character of text it has "
        f"not seen; counting pairs of characters takes {pairs:.2f}.\n"
        f"  the graph        {locate('gpt')}\n"
        f"  the best model   {result.best}\n"
        f"  the run to go on {result.last}\n"
        f"  its losses       {folder / METRICS}\n"
        f'Try next: zoo generate {shlex.quote(str(folder))} --prompt "class " --temperature 0.5'
    )


def _run(*arguments: str) -> object:
    from zoo.cli.app import cli

    click.secho(f"\n$ zoo {shlex.join(arguments)}", bold=True)
    return cli.main(list(arguments), prog_name="zoo", standalone_mode=False)
