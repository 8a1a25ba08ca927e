"""What the commands that decode share: how texts are searched for or drawn, and how they are printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from zoo.cli.files import C, seed_option, together

if TYPE_CHECKING:
    from zoo.decoding import Sampling
    from zoo.decoding.texts import Drawing, Search, Text

_SEARCHING = ("beam", "stop", "alpha", "length", "coverage")
_DRAWING = ("temperature", "top_k", "top_p")


def sampling_options(temperature: float, when: str = "") -> Callable[[C], C]:
    """--temperature, --top-k, --top-p and --seed; their help begins with ``when``."""
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
            help=f"{when}Draw from the fewest tokens that together have probability p.",
        ),
        seed_option(f"{when}The same seed gives the same text."),
    )


def search_options(each: str, *more: Callable[[Any], Any]) -> Callable[[C], C]:
    """How texts are found for ``each`` sentence or picture; ``more`` are options of one command only."""
    return together(
        click.option(
            "--beam",
            type=click.IntRange(min=1),
            default=4,
            show_default=True,
            help="How many texts a search keeps; 1 is greedy.",
        ),
        click.option(
            "--best",
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            help=f"Texts for each {each}, at most --beam; with --sample, texts to draw.",
        ),
        click.option(
            "--longest",
            type=click.IntRange(min=1),
            default=100,
            show_default=True,
            help="Tokens of a text at most, including its end.",
        ),
        click.option(
            "--stop",
            type=click.IntRange(min=1),
            help="Finished texts at which a search stops  [default: as many as --beam]",
        ),
        click.option(
            "--alpha",
            type=click.FloatRange(min=0),
            default=0.6,
            show_default=True,
            help="How strongly longer texts are favoured; 0 compares plain probabilities.",
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
    """The search that ``search_options`` chose. UsageError for options that do not go together."""
    from zoo.decoding import Beam, Ranking
    from zoo.tasks.tokenizers import END

    if how["sample"]:
        _refuse(_SEARCHING, "with --sample tokens are drawn, and no search compares texts; leave it out")
        return sampling_of(how)
    _refuse(_DRAWING, "tokens are only drawn with --sample; add that")
    for option in ("beam", "stop"):
        if how[option] is not None and how[option] < how["best"]:
            raise click.UsageError(
                f"--best {how['best']} is more than the {how[option]} texts that a search gives with "
                f"--{option} {how[option]}; write --{option} {how['best']} or more"
            )
    ranking = Ranking(how["length"], how["alpha"], how.get("coverage", 0.0))
    return Beam(END, how["beam"], how["longest"], how["best"], how["stop"], ranking)


def drawing_of(how: dict[str, Any], seed: int) -> Drawing:
    """What ``search_options`` say of drawing."""
    return {"longest": how["longest"], "draws": how["best"], "seed": seed}


def _refuse(options: tuple[str, ...], why: str) -> None:
    """UsageError where one of these was given."""
    ctx = click.get_current_context()
    for name in options:
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')}: {why}")


def line_of(text: Text, how: dict[str, Any]) -> str:
    """A text as a line; with its score before it, where there are several."""
    line = text.text.replace("\n", " ")  # which a tokenizer of bytes can write
    return line if how["best"] == 1 else f"{text.found.score:.4f}\t{line}"


def facts(text: Text) -> dict[str, Any]:
    """A text for --json."""
    found = text.found
    return {"text": text.text, "score": found.score, "log_p": found.log_p, "finished": found.finished}


def tell_obstacle(obstacle: str) -> None:
    """Say on the standard error why a search did not run step by step, if it did not."""
    if obstacle:
        click.echo(f"all tokens were computed anew for each new one: {obstacle}", err=True)
