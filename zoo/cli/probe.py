"""``zoo probe``: what a model does inside, fresh or trained; several side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import examples, json_option, print_json
from zoo.cli.outputs import claim, force_option
from zoo.cli.probe_options import GraphRunOrPart, Target, data_options, question_options

if TYPE_CHECKING:
    from zoo import probing

USUAL = ("gradients", "recurrence", "leaks", "nan")
DRAWN = ("gradients", "recurrence", "attention")


@click.command(
    short_help="Look inside: gradients, leaks, NaN, attention.",
    epilog=examples(
        "zoo probe rnn_language_model",
        "zoo probe rnn_language_model gru_language_model lstm_language_model gradients -o memory.svg",
        "zoo probe gpt gradients --wire 'decoder.*.attend' --at 20",
        "zoo probe runs/recall gradients --fresh -o learned.png",
        "zoo probe runs/transformer attention -o maps.png",
        "zoo probe my_model.yaml leaks nan --json",
        "zoo probe gru_language_model statistics --task delayed_recall --with lag=50",
    ),
)
@click.argument("words", metavar="GRAPH|RUN... [PART]...", nargs=-1, type=GraphRunOrPart())
@question_options
@data_options
@click.option("--fresh", is_flag=True, help="Beside each RUN, probe it with the weights it began with.")
@click.option(
    "-o",
    "--output",
    "picture",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw into this .png or .svg.",
)
@click.option(
    "--sequence",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Which of the sequences -o draws the attention of.",
)
@force_option
@json_option
def probe(
    words: tuple[Target | str, ...],
    wires: tuple[str, ...],
    at: int | None,
    output: str,
    fresh: bool,
    picture: Path | None,
    sequence: int,
    force: bool,
    as_json: bool,
    **data: Any,
) -> None:
    """Look into a graph with fresh weights, or into a run of `zoo train` with its own data; or into several,
    side by side.

    \b
    gradients   the norm of dJ/dh over the distance from where J is taken, for any
                wire; the factor per step, and whether it vanishes or explodes
    recurrence  products of the Jacobians of a loop's steps, and spectral radii
    leaks       later steps in earlier outputs, padding in real ones
    nan         the node that first gave or sent back what is not finite
    statistics  mean, spread, zeros and dead units of all that flows
    attention   the weights of every head; -o draws them

    Without a PART: the first four. J is the loss at one step: the run's or the task's, or else a random sum
    of an output. Of several graphs, gradients are compared at the first wire of each, where its sequence
    comes in, unless --wire names others.

    The exit code is 1 for a NaN, for padding that shows in an output, for an output that sees the future
    where the graph says that it is causal, and for a PART, a wire, a step or an output that was named and
    that gives no answer; the others are told all the same.
    """  # noqa: D301 - click takes the backspace for "leave these lines as they are"
    from zoo.cli import probed, probed_json, probed_tables

    targets = [word for word in dict.fromkeys(words) if isinstance(word, Target)]
    parts = [word for word in dict.fromkeys(words) if isinstance(word, str)]
    drawn = _prepare(targets, parts, picture, fresh=fresh, force=force)
    question = probed.Question(parts or USUAL, wires, at, output, several=fresh or len(targets) > 1)
    found = [probed.look(word, made, question) for word, made in _subjects(targets, data, fresh=fresh)]
    if as_json:
        print_json(probed_json.as_json(found))
    else:
        probed_tables.show(found)
    chosen = bool(parts or wires or output or picture) or at is not None
    for each in found:
        each.complain(named=chosen or each.empty)
    if picture is not None and any(drawn not in each.unfit for each in found):
        left_out = probed.draw(found, drawn, picture, sequence=sequence)
        click.echo(f"wrote {picture}", err=as_json)
        for each in left_out:
            click.echo(f"not in the picture: points of {each}", err=True)
    if any(each.faults or (each.unfit and (chosen or each.empty)) for each in found):
        raise SystemExit(1)


def _prepare(
    targets: Sequence[Target], parts: Sequence[str], picture: Path | None, *, fresh: bool, force: bool
) -> str:
    """The part that is drawn, of a call that makes sense; make way for the picture."""
    if not targets:
        raise click.UsageError(
            "name a GRAPH (`zoo graphs` lists the library's), its file, or the folder of a run"
        )
    if fresh and not any(target.is_run for target in targets):
        raise click.UsageError("--fresh is for runs; a graph has fresh weights anyway, so leave it out")
    if picture is None:
        return ""
    from zoo import probing

    drawn = [part for part in parts or ("gradients",) if part in DRAWN]
    if len(drawn) != 1:
        raise click.UsageError(f"-o draws one part; name one of {', '.join(DRAWN)}")
    if drawn == ["attention"] and (len(targets) > 1 or fresh):
        raise click.UsageError("-o draws the attention of one model; name one GRAPH or RUN, without --fresh")
    probing.drawable(picture)
    claim(picture, force=force)
    return drawn[0]


def _subjects(
    targets: Sequence[Target], data: dict[str, Any], *, fresh: bool
) -> Iterator[tuple[str, probing.Subject]]:
    """What is probed, one after another, under the name that people gave it."""
    import torch

    from zoo import probing
    from zoo.compiler.target import device_of

    choices: dict[str, Any] = {
        **data,
        "settings": dict(data["settings"]),
        "params": dict(data["params"]),
        "sizes": dict(data["sizes"]),
        "dtype": getattr(torch, data["dtype"]),
        "device": device_of(data["device"]),
    }
    for target in targets:
        yield target.word, probing.subject(target.path, **choices)
        if fresh and target.is_run:
            yield f"{target.word}, fresh", probing.subject(target.path, fresh=True, **choices)
