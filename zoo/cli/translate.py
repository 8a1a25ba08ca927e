"""``zoo translate``: a trained model writes a text for each line; beside references it is judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import examples, json_option, print_json
from zoo.cli.searching import device_option, facts, search_of, search_options, tell_obstacle
from zoo.errors import FileError

if TYPE_CHECKING:
    from zoo.training.options import Device


@click.command(
    short_help="Translate texts with a trained model.",
    epilog=examples(
        "zoo translate runs/transformer --text 'two hundred and five'",
        "zoo translate runs/transformer sentences.txt --beam 8 > translations.txt",
        "zoo translate runs/transformer sentences.txt --references right.txt --json",
    ),
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.argument("file", type=click.File(encoding="utf-8-sig"), required=False)
@click.option("--text", multiple=True, help="A sentence, in the place of FILE. May be repeated.")
@search_options(
    "sentence",
    click.option(
        "--coverage",
        type=click.FloatRange(min=0),
        default=0.0,
        show_default=True,
        help="How much texts are favoured that look at all of the source; needs an output `alignment`.",
    ),
)
@click.option(
    "--references", type=click.File(encoding="utf-8-sig"), help="Right translations: print BLEU and chrF."
)
@device_option
@json_option
def translate(
    checkpoint: Path,
    file: Any,
    text: tuple[str, ...],
    references: Any,
    device: Device,
    batch: int,
    seed: int,
    as_json: bool,
    **how: Any,
) -> None:
    """Write a text for each line of FILE (- is the standard input), by beam search on a trained model.

    With --references, the right translations line by line, what is written is judged: BLEU and chrF by
    sacrebleu with their signatures, and BLEU by length, on the standard error; all of it with --json.
    """
    from zoo.decoding.judging import by_length, comparable, judge
    from zoo.decoding.texts import Author

    if (file is None) == (not text):
        raise click.UsageError("give either a FILE with a sentence a line, or --text")
    sentences = list(text) or _lines(file)
    right = None if references is None else _lines(references)
    if right is not None:
        comparable(sentences, right)  # before time is spent on them
    author = Author.load(checkpoint, device)
    found = author.translate(sentences, search_of(how), batch=batch, longest=how["longest"], seed=seed)
    tell_obstacle(author.obstacle)
    best = [each[0].text for each in found]
    scores = () if right is None else judge(best, right)
    groups = [] if right is None else by_length(best, right)
    if as_json:
        print_json(
            {
                "texts": [[facts(each) for each in texts] for texts in found],
                "scores": [{"name": s.name, "score": s.score, "signature": s.signature} for s in scores],
                "bleu_by_length": [{"words": name, "texts": n, "bleu": bleu} for name, n, bleu in groups],
            }
        )
        return
    for texts in found:
        for each in texts:
            line = each.text.replace("\n", " ")  # which a tokenizer of bytes can write
            click.echo(line if how["best"] == 1 else f"{each.found.score:.4f}\t{line}")
    for score in scores:
        click.echo(f"{score.name} {score.score:.2f}  {score.signature}", err=True)
    for name, count, bleu in groups:
        click.echo(f"  {name} words: {bleu:.2f} ({count:,} texts)", err=True)


def _lines(file: Any) -> list[str]:
    """The lines of a file that was opened as UTF-8: those that training reads, whose ends are line feeds."""
    try:
        text = file.read()
        return text.removesuffix("\n").split("\n") if text else []
    except UnicodeDecodeError as error:
        raise FileError(
            f"{file.name} is to be text in UTF-8, and is not from byte {error.start} on; convert it first"
        ) from None
