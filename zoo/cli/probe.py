"""``zoo probe``: what a model does inside, fresh or trained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import Assignment, GraphFile, examples, json_option, print_json, set_option, size_option
from zoo.cli.outputs import claim, force_option

if TYPE_CHECKING:
    from zoo.values import Scalar

PARTS = ("gradients", "recurrence", "leaks", "nan", "statistics", "attention")
USUAL = ("gradients", "recurrence", "leaks", "nan")
DRAWN = ("gradients", "recurrence", "attention")


class GraphOrRun(GraphFile):
    """GRAPH|RUN: a graph as everywhere, or a run's folder or checkpoint; its value is the path as text."""

    name = "GRAPH|RUN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        path = Path(value)
        return (
            str(value)
            if path.is_dir() or path.suffix == ".safetensors"
            else super().convert(value, param, ctx)
        )


@click.command(
    short_help="Look inside: gradients, leaks, NaN, attention.",
    epilog=examples(
        "zoo probe rnn_language_model",
        "zoo probe lstm_language_model gradients --size time=100 -o gradients.svg",
        "zoo probe gpt gradients --wire 'decoder.*.attend' --at 20",
        "zoo probe runs/transformer attention -o maps.png",
        "zoo probe my_model.yaml leaks nan --json",
        "zoo probe gru_language_model statistics --task delayed_recall --with lag=50",
    ),
)
@click.argument("what", metavar="GRAPH|RUN", type=GraphOrRun())
@click.argument("parts", nargs=-1, type=click.Choice(PARTS), metavar="[PART]...")
@click.option(
    "--wire",
    "wires",
    multiple=True,
    metavar="PATH",
    help="A wire by its path, * for anything, as in --wire 'encoder.*'. May be repeated.",
)
@click.option(
    "--at",
    type=click.IntRange(min=0),
    help="The step at which J is taken  [default: the last real one]; of leaks: from which inputs change",
)
@click.option("--on", "output", default="", metavar="OUTPUT", help="J is a random sum of this output.")
@click.option("--task", default="", help="Take the data and the loss of a task.")
@click.option(
    "--with", "settings", multiple=True, type=Assignment(), help="A setting of the task. May be repeated."
)
@set_option
@size_option
@click.option(
    "--examples", "count", type=click.IntRange(min=1), default=4, show_default=True, help="Sequences."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of weights and inputs."
)
@click.option("--dtype", type=click.Choice(["float64", "float32"]), default="float64", show_default=True)
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:1 ...")
@click.option(
    "-o",
    "--output",
    "picture",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw into this .png or .svg.",
)
@force_option
@json_option
def probe(
    what: str,
    parts: tuple[str, ...],
    wires: tuple[str, ...],
    at: int | None,
    output: str,
    task: str,
    settings: tuple[tuple[str, Scalar], ...],
    params: tuple[tuple[str, Scalar], ...],
    sizes: tuple[tuple[str, int], ...],
    count: int,
    seed: int,
    dtype: str,
    device: str,
    picture: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Look into a graph with fresh weights, or into a run of `zoo train` with its own data.

    \b
    gradients   the norm of dJ/dh over the distance from where J is taken, for any
                wire; the factor of a step, and whether it vanishes or explodes
    recurrence  products of the Jacobians of a loop's steps, and spectral radii
    leaks       later steps in earlier outputs, padding in real ones
    nan         the node that first gave or sent back what is no number
    statistics  mean, spread, zeros and dead units of all that flows
    attention   the weights of every head; -o draws them

    Without a PART: the first four. J is the loss at one step: the run's or the task's, or else a random sum
    of an output. The exit code is 1 for a NaN, for padding that shows in an output, for an output that sees
    the future where the graph says that it is causal, and for a PART, a wire, a step or an output that was
    named and that gives no answer; the others are told all the same.
    """  # noqa: D301 - click takes the backspace for "leave these lines as they are"
    import torch

    from zoo import probing
    from zoo.cli import probed, probed_json, probed_tables
    from zoo.compiler.target import device_of

    drawn = [part for part in parts or ("gradients",) if part in DRAWN]
    if picture is not None and len(drawn) != 1:
        raise click.UsageError(f"-o draws one part; name one of {', '.join(DRAWN)}")
    if picture is not None:
        probing.drawable(picture)
        claim(picture, force=force)
    subject = probing.subject(
        what,
        task=task,
        settings=dict(settings),
        params=dict(params),
        sizes=dict(sizes),
        examples=count,
        seed=seed,
        dtype=getattr(torch, dtype),
        device=device_of(device),
    )
    found = probed.look(subject, parts or USUAL, wires=wires, at=at, on=output)
    if as_json:
        print_json({"about": subject.about, **probed_json.as_json(found)})
    else:
        probed_tables.show(found, subject.about)
    named = bool(parts or wires or output or picture) or at is not None or found.empty
    found.complain(named=named)
    if picture is not None and drawn[0] not in found.unfit:
        title = f"{subject.resolution.graph.name}: {subject.about}"
        left_out = probed.draw(found, drawn[0], picture, title=title)
        click.echo(f"wrote {picture}", err=as_json)
        for each in left_out:
            click.echo(f"not in the picture: points of {each}", err=True)
    if found.faults or (found.unfit and named):
        raise SystemExit(1)
