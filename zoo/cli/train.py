"""``zoo train`` and ``zoo generate``: a language model of a text, and what it writes."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from zoo.cli.files import GraphFile, console, examples, set_option

if TYPE_CHECKING:
    from zoo.training import Options, Result
    from zoo.training.options import Device
    from zoo.values import Scalar

_RESUMABLE = {"device", "text", "steps", "epochs", "minutes", "out", "resume"}
"""The options that mean something for a run that goes on; all others come from its checkpoint."""


@click.command(
    short_help="Train a language model.",
    epilog=examples(
        "zoo train gpt",
        "zoo train gpt --text book.txt --set layers=6 --minutes 30 --device cuda --precision bf16",
        "zoo train my_model.yaml --steps 500 --lr 1e-3 --out runs/first",
        "zoo train --resume runs/first --steps 1000",
    ),
)
@click.argument("graph", type=GraphFile(), required=False)
@click.option(
    "--text",
    type=click.Path(path_type=Path),
    help="What to learn: a UTF-8 file  [default: half a megabyte of English that every Python carries]",
)
@set_option
@click.option("--steps", type=click.IntRange(min=1), help="Steps to take; 2000 when no limit is given.")
@click.option("--epochs", type=click.FloatRange(min=0, min_open=True), help="Times to go through the text.")
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), help="Time to take.")
@click.option("--batch", type=click.IntRange(min=1), default=32, show_default=True, help="Windows a step.")
@click.option(
    "--context", type=click.IntRange(min=1), help="Characters a window  [default: the graph's, or 128]"
)
@click.option(
    "--lr",
    "learning_rate",
    type=click.FloatRange(min=0, min_open=True),
    default=3e-3,
    show_default=True,
    help="Learning rate after the warm-up.",
)
@click.option(
    "--weight-decay", type=click.FloatRange(min=0), default=0.1, show_default=True, help="Of matrices."
)
@click.option(
    "--clip",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Largest norm of the gradients together.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--precision", type=click.Choice(["32", "bf16", "16"]), default="32", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for the checkpoints  [default: runs/GRAPH]"
)
@click.option(
    "--resume", type=click.Path(path_type=Path), metavar="CHECKPOINT", help="Go on with a run: its folder."
)
@click.pass_context
def train(
    ctx: click.Context,
    graph: str | None,
    text: Path | None,
    params: tuple[tuple[str, Scalar], ...],
    steps: int | None,
    epochs: float | None,
    minutes: float | None,
    device: Device,
    out: Path | None,
    resume: Path | None,
    **choices: object,
) -> Result:
    """Train a character-level language model of GRAPH, a file or a graph of the library.

    Any graph will do that has the input `tokens: int batch time` and the output `logits: float batch time
    vocab`. The run ends at the first limit it reaches. Ctrl-C stops it, whole and saved.
    """
    from zoo import training
    from zoo.training.display import Display

    display = Display(console())
    if resume is not None:
        given = {param.name: param.opts[0] for param in ctx.command.params if _is_given(ctx, param)}
        foreign = [shown for name, shown in given.items() if name not in _RESUMABLE]
        if foreign:
            names = ", ".join(foreign)
            raise click.UsageError(f"{names}: a resumed run takes this from its checkpoint; leave it out")
        result = training.resume(
            resume,
            text=text,
            steps=steps,
            epochs=epochs,
            minutes=minutes,
            device=device if "device" in given else None,
            out=out,
            watcher=display,
        )
    elif graph is None:
        raise click.UsageError(
            "name a GRAPH to train (`zoo graphs` lists the library's), or a run to --resume"
        )
    else:
        options = _options(
            {"steps": steps, "epochs": epochs, "minutes": minutes, "device": device, **choices}
        )
        result = training.train(
            graph, text=text, params=dict(params), options=options, out=out, watcher=display
        )
    _tell(result)
    if result.interrupted:
        ctx.exit(130)  # as shells report Ctrl-C
    return result


def _options(values: dict[str, object]) -> Options:
    from pydantic import ValidationError

    from zoo.training import Options
    from zoo.training.options import faults

    try:
        return Options.model_validate(values)
    except ValidationError as error:  # what click lets pass: nan and inf
        raise click.UsageError(faults(error)) from None


def _is_given(ctx: click.Context, param: click.Parameter) -> bool:
    return ctx.get_parameter_source(str(param.name)) is ParameterSource.COMMANDLINE


def _tell(result: Result) -> None:
    from zoo.training.display import losses

    folder = shlex.quote(str(result.out))
    prompt = ' --prompt "The "' if set("The ") <= set(result.vocabulary.characters) else ""
    click.echo(f"validation {losses(result.validation_loss)}; bigram model {losses(result.bigram_loss)}")
    if result.interrupted:
        click.echo(f"stopped at step {result.step:,} and saved; go on with: zoo train --resume {folder}")
    click.echo(f"the best model: {result.best}; let it write with: zoo generate {folder}{prompt}")


@click.command(
    short_help="Let a trained model write on.",
    epilog=examples(
        'zoo generate runs/gpt --prompt "The "',
        'zoo generate runs/gpt --prompt "def " --length 1000 --temperature 0.5 --top-k 10 --seed 1',
    ),
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("--prompt", help="The text to go on from  [default: a line end]")
@click.option(
    "--length", type=click.IntRange(min=0), default=300, show_default=True, help="Characters to write."
)
@click.option(
    "--temperature",
    type=click.FloatRange(min=0),
    default=0.8,
    show_default=True,
    help="0 always takes the likeliest character; 1 draws as the model expects.",
)
@click.option("--top-k", type=click.IntRange(min=1), help="Draw from the k likeliest characters only.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="The same seed, the same text."
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
def generate(
    checkpoint: Path,
    prompt: str | None,
    length: int,
    temperature: float,
    top_k: int | None,
    seed: int,
    device: Device,
) -> None:
    """Continue a prompt with the model of CHECKPOINT, a run's folder or a file in it."""
    from zoo.training.decode import stream

    pieces = stream(
        checkpoint, prompt, length=length, temperature=temperature, top_k=top_k, seed=seed, device=device
    )
    for piece in pieces:
        click.echo(piece, nl=False)
    click.echo()
