"""``zoo generate``: a trained model writes on from prompts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import device_option, examples, json_option
from zoo.cli.lines import lines_of, output_options, writing
from zoo.cli.searching import sampling_of, sampling_options

if TYPE_CHECKING:
    from zoo.training.options import Device

BETWEEN = "---"
"""The line between two texts."""


@click.command(
    short_help="Continue texts with a trained model.",
    epilog=examples(
        'zoo generate runs/gpt --prompt "The "',
        'zoo generate runs/gpt --prompt "def " --length 1000 --temperature 0.5 --top-k 10',
        "zoo generate runs/gpt --top-p 0.9 --samples 5",
        "zoo generate runs/gpt --prompts beginnings.txt --json -o texts.json",
    ),
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("--prompt", multiple=True, help="The text to continue. May be repeated.  [default: a line end]")
@click.option(
    "--prompts",
    "file",
    type=click.File(encoding="utf-8-sig"),
    help="A file with one prompt a line (- is the standard input); empty lines are skipped.",
)
@click.option(
    "--samples", type=click.IntRange(min=1), default=1, show_default=True, help="Texts for each prompt."
)
@click.option(
    "--length",
    type=click.IntRange(min=0),
    default=300,
    show_default=True,
    help="Tokens to write: characters, most often.",
)
@sampling_options(temperature=0.8)
@output_options
@device_option
@json_option
def generate(
    checkpoint: Path,
    prompt: tuple[str, ...],
    file: Any,
    samples: int,
    length: int,
    seed: int,
    output: Path | None,
    force: bool,
    device: Device,
    as_json: bool,
    **how: Any,
) -> None:
    """Continue one or several prompts with the model of CHECKPOINT, a run's folder or a file in it.

    Text is written as it is generated, with a line --- between two texts. Of several, text n is the one that
    --seed plus n - 1 gives alone. At the end the standard error says whether each token was computed once, or
    all of them again for each new one, and why.
    """
    from zoo.training.decode import Writer

    if prompt and file is not None:
        raise click.UsageError("give either --prompt or --prompts FILE")
    given = list(prompt) or ([None] if file is None else [line for line in lines_of(file) if line])
    writer = Writer.load(checkpoint, device)
    sampling, found, way = sampling_of(how), list[dict[str, str]](), ""
    every = [
        writer.write(each, length=length, sampling=sampling, seed=seed + number)
        for number, each in enumerate(each for each in given for _ in range(samples))
    ]
    total = len(every)
    with writing("texts", total, output, force=force, document=(lambda: found) if as_json else None) as pen:
        for number, written in enumerate(every):
            if number:
                pen.write(BETWEEN)
            found.append({"prompt": written.prompt, "text": ""})
            for piece in written:
                pen.write(piece, end="")
                found[-1]["text"] += piece
            pen.done("")
            way = written.way
    unknown = dict.fromkeys(word for each in given if each for word in writer.vocabulary.unknown(each))
    if unknown:
        words = ", ".join(map(repr, unknown))
        click.echo(f"unknown to the model, which read <unk> instead: {words}", err=True)
    if way:
        click.echo(way, err=True)
