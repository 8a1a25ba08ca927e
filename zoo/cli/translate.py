"""``zoo translate``: a trained model translates each line of a file, and is scored against references."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli import judged
from zoo.cli.files import device_option, examples, json_option
from zoo.cli.lines import lines_of, output_options, writing
from zoo.cli.searching import (
    drawing_of,
    facts,
    line_of,
    search_of,
    search_options,
    tell_obstacle,
)

if TYPE_CHECKING:
    from zoo.decoding.texts import Author, Text
    from zoo.training.options import Device


@click.command(
    short_help="Translate texts with a trained model.",
    epilog=examples(
        "zoo translate runs/transformer --text 'two hundred and five'",
        "zoo translate runs/transformer sentences.txt --beam 8 -o translations.txt",
        "zoo translate runs/transformer sentences.txt --references right.txt --json",
    ),
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.argument("file", type=click.File(encoding="utf-8-sig"), required=False)
@click.option("--text", multiple=True, help="A sentence, instead of FILE. May be repeated.")
@search_options(
    "sentence",
    click.option(
        "--coverage",
        type=click.FloatRange(min=0),
        default=0.0,
        show_default=True,
        help="How strongly texts that attend to all of the source are favoured; needs an output `alignment`.",
    ),
)
@click.option(
    "--references",
    type=click.File(encoding="utf-8-sig"),
    help="Reference translations, one a line: print BLEU, chrF, perplexity and accuracy.",
)
@output_options
@device_option
@json_option
def translate(
    checkpoint: Path,
    file: Any,
    text: tuple[str, ...],
    references: Any,
    output: Path | None,
    force: bool,
    device: Device,
    batch: int,
    seed: int,
    as_json: bool,
    **how: Any,
) -> None:
    """Translate each line of FILE (- is the standard input), by beam search with a trained model.

    Each translation is written as soon as it and all before it are ready, so that Ctrl-C loses none. A few
    batches are read ahead; lines typed at a terminal are answered one by one, and so are those of a pipe with
    --batch 1.

    With --references, what is written is scored on the standard error: BLEU and chrF by sacrebleu with their
    signatures, BLEU by length, and how well the model predicts the references (NLL, perplexity, accuracy).
    With --json, all of this is one document.
    """
    from zoo.decoding.judging import comparable
    from zoo.decoding.texts import Author

    if (file is None) == (not text):
        raise click.UsageError("give either a FILE with a sentence a line, or --text")
    search = search_of(how)
    sentences = text or lines_of(file)
    right = None if references is None else list(lines_of(references))
    if right is not None:
        sentences = list(sentences)
        comparable(sentences, right)  # before time is spent on them
    author = Author.load(checkpoint, device)
    found: list[list[Text]] = []
    figures: dict[str, Any] = {"scores": [], "bleu_by_length": [], "right": None, "forced": None}

    def document() -> dict[str, Any]:
        return {"texts": [[facts(each) for each in texts] for texts in found], **figures}

    total = None if isinstance(sentences, Iterator) else len(sentences)
    batch = 1 if file is not None and file.isatty() else batch
    with writing("sentences", total, output, force=force, document=document if as_json else None) as pen:
        for texts in author.translations(sentences, search, batch=batch, **drawing_of(how, seed)):
            found.append(texts)
            pen.done(*(line_of(each, how) for each in texts))
        if right is not None:
            figures |= _judged(author, list(sentences), [texts[0].text for texts in found], right, batch)
    tell_obstacle(author.obstacle)
    if right is not None and not as_json:
        _tell(figures)


def _judged(
    author: Author, sentences: list[str], written: list[str], right: list[str], batch: int
) -> dict[str, Any]:
    """All scores against the references."""
    fit = author.fit(sentences, right, batch=batch)
    return {
        **judged.figures(written, right),
        "forced": {
            "nll": fit.nll,
            "perplexity": fit.perplexity,
            "accuracy": fit.accuracy,
            "tokens": fit.tokens,
        },
    }


def _tell(figures: dict[str, Any]) -> None:
    """Print the scores on the standard error."""
    for line in judged.lines(figures):
        click.echo(line, err=True)
    fit = figures["forced"]
    click.echo(
        f"the references, token by token: NLL {fit['nll']:.3f} nats, perplexity {fit['perplexity']:.2f}, "
        f"accuracy {fit['accuracy']:.3f} ({fit['tokens']:,} tokens)",
        err=True,
    )
