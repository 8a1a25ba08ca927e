"""``zoo translate``: a trained model writes a text for each line; beside references it is judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import examples, json_option, print_json
from zoo.errors import FileError

if TYPE_CHECKING:
    from zoo.decoding.texts import Text
    from zoo.training.options import Device


@click.command(
    short_help="Let a trained model translate, line by line.",
    epilog=examples(
        "zoo translate runs/transformer --text 'two hundred and five'",
        "zoo translate runs/transformer sentences.txt --beam 8 > translations.txt",
        "zoo translate runs/transformer sentences.txt --references right.txt --json",
    ),
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.argument("file", type=click.File(encoding="utf-8"), required=False)
@click.option("--text", multiple=True, help="A sentence, in the place of FILE. May be repeated.")
@click.option(
    "--beam",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    help="How many texts a search keeps; 1 is greedy.",
)
@click.option(
    "--best", type=click.IntRange(min=1), default=1, show_default=True, help="Texts for each sentence."
)
@click.option(
    "--longest", type=click.IntRange(min=1), default=100, show_default=True, help="Tokens, the end with them."
)
@click.option(
    "--stop",
    type=click.IntRange(min=1),
    help="So many finished texts are enough  [default: as many as --beam]",
)
@click.option(
    "--alpha",
    type=click.FloatRange(min=0),
    default=0.6,
    show_default=True,
    help="How much longer texts are favoured; 0 compares plain probabilities.",
)
@click.option(
    "--length",
    type=click.Choice(["gnmt", "plain"]),
    default="gnmt",
    show_default=True,
    help="What log-probabilities are divided by: ((5 + n) / 6)^alpha, or n^alpha.",
)
@click.option("--sample", is_flag=True, help="Draw each token instead of searching.")
@click.option(
    "--temperature", type=click.FloatRange(min=0), default=1.0, show_default=True, help="With --sample."
)
@click.option("--top-k", type=click.IntRange(min=1), help="With --sample: draw from the k likeliest.")
@click.option(
    "--top-p",
    type=click.FloatRange(min=0, max=1, min_open=True),
    help="With --sample: draw from the likeliest that have p of the probability.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="With --sample.")
@click.option("--batch", type=click.IntRange(min=1), default=32, show_default=True, help="Sentences at once.")
@click.option(
    "--references", type=click.File(encoding="utf-8"), help="Right translations: print BLEU and chrF."
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
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
    from zoo.decoding.judging import by_length, judge
    from zoo.decoding.texts import Author

    if (file is None) == (not text):
        raise click.UsageError("give either a FILE with a sentence a line, or --text")
    sentences = list(text) or _lines(file)
    author = Author.load(checkpoint, device)
    found = author.translate(sentences, _search(how), batch=batch, longest=how["longest"], seed=seed)
    right = None if references is None else _lines(references)
    best = [each[0].text for each in found]
    scores = () if right is None else judge(best, right)
    groups = [] if right is None else by_length(best, right)
    if as_json:
        print_json(
            {
                "texts": [[_facts(each) for each in texts] for texts in found],
                "scores": [{"name": s.name, "score": s.score, "signature": s.signature} for s in scores],
                "bleu_by_length": [{"words": name, "texts": n, "bleu": bleu} for name, n, bleu in groups],
            }
        )
        return
    for texts in found:
        for each in texts:
            click.echo(each.text if how["best"] == 1 else f"{each.found.score:.4f}\t{each.text}")
    for score in scores:
        click.echo(f"{score.name} {score.score:.2f}  {score.signature}", err=True)
    for name, count, bleu in groups:
        click.echo(f"  {name} words: {bleu:.2f} ({count:,} texts)", err=True)


def _lines(file: Any) -> list[str]:
    """The lines of a file that was opened as UTF-8."""
    try:
        return file.read().splitlines()
    except UnicodeDecodeError as error:
        raise FileError(
            f"{file.name} is to be text in UTF-8, and is not from byte {error.start} on; convert it first"
        ) from None


def _search(how: dict[str, Any]) -> Any:
    from zoo.decoding import Beam, Ranking, Sampling
    from zoo.tasks.tokenizers import END

    if how["sample"]:
        return Sampling(how["temperature"], how["top_k"], how["top_p"])
    ranking = Ranking(how["length"], how["alpha"])
    return Beam(END, how["beam"], how["longest"], how["best"], how["stop"], ranking)


def _facts(text: Text) -> dict[str, Any]:
    found = text.found
    return {"text": text.text, "score": found.score, "log_p": found.log_p, "finished": found.finished}
