"""What the commands that decode share: how texts are searched for or drawn, and how they are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import C, together

if TYPE_CHECKING:
    from zoo.decoding import Sampling
    from zoo.decoding.texts import Search, Text

device_option = click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True
)


def sampling_options(temperature: float, when: str = "") -> Callable[[C], C]:
    """--temperature, --top-k, --top-p and --seed; ``when`` begins their help."""
    return together(
        click.option(
            "--temperature",
            type=click.FloatRange(min=0),
            default=temperature,
            show_default=True,
            help=f"{when}0 always takes the likeliest token; 1 draws as the model expects.",
        ),
        click.option(
            "--top-k", type=click.IntRange(min=1), help=f"{when}Draw from the k likeliest tokens only."
        ),
        click.option(
            "--top-p",
            type=click.FloatRange(min=0, max=1, min_open=True),
            help=f"{when}Draw from the fewest likeliest tokens that have p of the probability.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help=f"{when}The same seed, the same text.",
        ),
    )


def search_options(each: str, *more: Callable[[Any], Any]) -> Callable[[C], C]:
    """How texts are found for ``each`` sentence or picture; ``more`` are options of one command alone."""
    return together(
        click.option(
            "--beam",
            type=click.IntRange(min=1),
            default=4,
            show_default=True,
            help="How many texts a search keeps; 1 is greedy.",
        ),
        click.option(
            "--best", type=click.IntRange(min=1), default=1, show_default=True, help=f"Texts for each {each}."
        ),
        click.option(
            "--longest",
            type=click.IntRange(min=1),
            default=100,
            show_default=True,
            help="Tokens, the end with them.",
        ),
        click.option(
            "--stop",
            type=click.IntRange(min=1),
            help="So many finished texts are enough  [default: as many as --beam]",
        ),
        click.option(
            "--alpha",
            type=click.FloatRange(min=0),
            default=0.6,
            show_default=True,
            help="How much longer texts are favoured; 0 compares plain probabilities.",
        ),
        click.option(
            "--length",
            type=click.Choice(["gnmt", "plain"]),
            default="gnmt",
            show_default=True,
            help="What log-probabilities are divided by: ((5 + n) / 6)^alpha, or n^alpha.",
        ),
        *more,
        click.option("--sample", is_flag=True, help="Draw each token instead of searching."),
        sampling_options(1.0, "With --sample. "),
        click.option(
            "--batch",
            type=click.IntRange(min=1),
            default=32,
            show_default=True,
            help=f"{each.capitalize()}s at once.",
        ),
    )


def sampling_of(how: dict[str, Any]) -> Sampling:
    """The way of drawing that ``sampling_options`` chose."""
    from zoo.decoding import Sampling

    return Sampling(how["temperature"], how["top_k"], how["top_p"])


def search_of(how: dict[str, Any]) -> Search:
    """The search that ``search_options`` chose."""
    from zoo.decoding import Beam, Ranking
    from zoo.tasks.tokenizers import END

    if how["sample"]:
        return sampling_of(how)
    ranking = Ranking(how["length"], how["alpha"], how.get("coverage", 0.0))
    return Beam(END, how["beam"], how["longest"], how["best"], how["stop"], ranking)


def facts(text: Text) -> dict[str, Any]:
    """A text for --json."""
    found = text.found
    return {"text": text.text, "score": found.score, "log_p": found.log_p, "finished": found.finished}


def tell_obstacle(obstacle: str) -> None:
    """Say on the standard error why a search was not step by step, if it was not."""
    if obstacle:
        click.echo(f"all tokens were computed anew for each new one: {obstacle}", err=True)
