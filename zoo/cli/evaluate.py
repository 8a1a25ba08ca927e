"""``zoo evaluate``: a run is measured on held-back data, and what its model writes is scored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo.cli import judged
from zoo.cli.files import Assignment, device_option, examples, json_option, print_json

if TYPE_CHECKING:
    from zoo.training.evaluating import Evaluation
    from zoo.training.options import Device
    from zoo.values import Scalar


@click.command(
    short_help="Measure a trained model.",
    epilog=examples(
        "zoo evaluate runs/gpt",
        "zoo evaluate runs/transformer --texts 1000 --beam 8",
        "zoo evaluate runs/reviews --with validation=others.csv --json",
    ),
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "--with",
    "settings",
    multiple=True,
    type=Assignment(),
    help="Another setting of the task, such as the file to measure on. May be repeated.",
)
@click.option(
    "--texts",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Texts to write and score, if the model writes texts.",
)
@click.option("--beam", type=click.IntRange(min=1), default=4, show_default=True, help="1 is greedy.")
@click.option(
    "--longest", type=click.IntRange(min=1), default=100, show_default=True, help="Tokens of a text at most."
)
@device_option
@json_option
def evaluate(
    checkpoint: Path,
    settings: tuple[tuple[str, Scalar], ...],
    texts: int,
    beam: int,
    longest: int,
    device: Device,
    as_json: bool,
) -> None:
    """Measure the model of CHECKPOINT, a run's folder or a file in it, on the validation data of its task.

    The figures are those of training: the loss, accuracy, perplexity and whatever else the task measures.
    With --with, other data are read, and the held-back part of them is measured. If the model writes
    translations or captions, --texts of them are scored: BLEU and chrF by sacrebleu with their signatures,
    BLEU by length, and the share of exact matches.
    """
    from zoo.decoding import Beam
    from zoo.tasks.tokenizers import END
    from zoo.training.evaluating import evaluate as measure

    search = Beam(END, beam, longest)
    found = measure(checkpoint, settings=dict(settings), texts=texts, search=search, device=device)
    figures = judged.figures(found.written, found.references) if found.written else {}
    if as_json:
        baseline = found.baseline.model_dump() if found.baseline else None
        facts = {"checkpoint": found.name, "task": found.task, "step": found.step, "unit": found.unit}
        print_json({**facts, "measured": dict(found.measured), "baseline": baseline, **figures})
        return
    _tell(found)
    if figures:
        click.echo(f"{len(found.written):,} texts beside their references")
    for line in judged.lines(figures) if figures else ():
        click.echo(line)


def _tell(found: Evaluation) -> None:
    first, *others = found.about or ("",)
    click.echo(", ".join(filter(None, [f"{found.name}: {found.task}, step {found.step:,}", first])))
    for sentence in others:
        click.echo(sentence)
    rows = judged.rows(found)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        click.echo(f"{name:{width}}  {value}")
