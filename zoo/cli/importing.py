"""``zoo import``: plain PyTorch as a graph."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo.cli.files import examples
from zoo.cli.outputs import claim, force_option

if TYPE_CHECKING:
    from zoo.importing import Imported
    from zoo.problems import Problem


@click.command(
    "import",
    short_help="Turn plain PyTorch into a graph.",
    epilog=examples(
        "zoo import gpt.py",
        "zoo import model.py:build -o model.yaml",
        "zoo import model.py:Tagger --weights tagger.pt",
        "zoo import model.pt2",
        'zoo import acme.models:encoder --input "x: float batch time 64" --input "mask: bool batch time"',
    ),
)
@click.argument("source")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The graph file  [default: the graph's name and .yaml]",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NAME: TYPE",
    help='What forward takes, typed as in a graph: --input "x: float batch time 64". May be repeated.',
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The module's weights: .safetensors, or what torch.save wrote of a state_dict.",
)
@force_option
def import_(
    source: str, output: Path | None, inputs: tuple[str, ...], weights: Path | None, force: bool
) -> None:
    """Turn plain PyTorch into a graph.

    SOURCE is a file of `zoo eject`, whose graph comes back, with the files that it uses beside it. Nothing in
    it is executed.

    Or SOURCE is FILE.py:NAME or PACKAGE.MODULE:NAME: a function or class, called without arguments, that
    gives a module. The file is executed. The module's known parts become layers, with their weights in a
    safetensors file beside the graph; what is not known becomes a placeholder, and is listed. Where the
    module's inputs cannot be found by trying, or by an example() of the file, --input declares them.

    Or SOURCE is a program of torch.export, FILE.pt2. One of `zoo export` comes back as the graph it was.
    """
    if output is not None and not _is_ejected(source):
        claim(output, force=force)
    if Path(source).suffix == ".pt2":
        if weights is not None:
            raise click.UsageError("a program has its weights; --weights goes with FILE.py:NAME")
        _program(source, output, inputs, force)
    elif not _is_ejected(source):
        _module(source, output, inputs, weights, force)
    elif inputs or weights:
        raise click.UsageError(
            "a file of `zoo eject` has its inputs; --input and --weights go with FILE.py:NAME"
        )
    else:
        _ejected(source, output, force)


def _is_ejected(source: str) -> bool:
    """Whether a source is a file alone, as `zoo eject` writes it."""
    return Path(source).suffix != ".pt2" and (Path(source).is_file() or ":" not in source)


def _ejected(source: str, output: Path | None, force: bool) -> None:
    """The graph that a file was ejected from."""
    from zoo.ejecting import EjectError, origin
    from zoo.errors import GraphError, ImportingError
    from zoo.files import read_text
    from zoo.importing.opening import hinted
    from zoo.importing.saving import save

    try:
        back = origin(read_text(source).replace("\r\n", "\n"))  # Windows line ends do not change the code
    except EjectError as error:
        raise EjectError(f"{source}: {error}") from None
    except GraphError as error:
        raise GraphError([_within(source, each) for each in error.problems]) from None
    if back is None:
        raise ImportingError(
            f"{source} was not written by `zoo eject`; "
            f"name what makes a module in it: zoo import {hinted(source)}"
        )
    if not back.unchanged:
        click.echo(
            f"warning: the code of {source} was changed since it was ejected; the graph is that of before",
            err=True,
        )
    written = save(
        back.graph, output or Path(f"{back.graph.name}.yaml"), allow=lambda files: claim(*files, force=force)
    )
    click.echo(f"wrote {', '.join(map(str, written))}: the graph that {source} was ejected from")


def _within(source: str, problem: Problem) -> Problem:
    """A problem of the graph embedded in a file, with the name of that file."""
    place = problem.place
    if place is None or place.file == source:  # a problem of the file itself, such as its encoding
        return problem
    return replace(problem, place=replace(place, file=f"{source}, {place.file}"))


def _module(
    source: str, output: Path | None, inputs: tuple[str, ...], weights: Path | None, force: bool
) -> None:
    """The graph of a module, with its weights."""
    from zoo.importing import import_module, load_weights, opened

    types = dict(_input(each) for each in inputs)
    module, example = opened(source)
    if weights is not None:
        load_weights(module, weights)
    _write(import_module(module, inputs=types, examples=None if types else example), output, force)


def _program(source: str, output: Path | None, inputs: tuple[str, ...], force: bool) -> None:
    """The graph of a program of ``torch.export``, with its weights."""
    from zoo.importing import import_file

    types = dict(_input(each) for each in inputs)
    _write(import_file(Path(source), inputs=types), output, force)


def _write(done: Imported, output: Path | None, force: bool) -> None:
    """Write graph and weights, and report."""
    from zoo.importing import save

    path = output or Path(f"{done.graph.name}.yaml")
    about = "".join(f"Placeholder {each}\n" for each in done.unknown)
    written = save(
        done.graph, path, done.state_dict, about=about, allow=lambda files: claim(*files, force=force)
    )
    _print(done, written)


def _input(text: str) -> tuple[str, str]:
    name, colon, type_ = text.partition(":")
    if not colon:
        raise click.UsageError(f'--input is NAME: TYPE, as in "x: float batch time 64", and not "{text}"')
    return name.strip(), type_.strip()


def _print(done: Imported, written: list[Path]) -> None:
    """Print what was recognised, and what was not."""
    from collections import Counter

    from zoo.graph import Call, Repeat

    bodies = [done.graph, *done.graph.blocks.values()]
    nodes = [node for body in bodies for node in body.nodes.values() if isinstance(node, Call | Repeat)]
    counts = Counter(node.use for node in nodes)
    known = ", ".join(f"{count} {use}" for use, count in counts.items() if _known(use, done))
    click.echo(f"known: {known or ('nothing' if nodes else 'no layer is needed')}")
    for note in done.notes:
        click.echo(f"note: {note}")
    for each in done.unknown:
        click.echo(f"placeholder {each}")
    numbers = sum(each.numel() for each in done.state_dict.values())
    click.echo(f"wrote {', '.join(map(str, written))}: {numbers:,} numbers in {len(done.state_dict)} weights")
    dtypes = {each.dtype for each in done.state_dict.values() if each.is_floating_point()}
    if dtypes and {str(dtype) for dtype in dtypes} != {"torch.float32"}:
        names = ", ".join(sorted(map(str, dtypes)))
        click.echo(
            f"note: the weights are of {names}; a graph has no dtype: compile(dtype={names.split(', ')[0]})"
        )
    if done.state_dict and not done.unknown:
        _print_use(written[0], written[-1])
    if done.difference is not None:
        differs = f"differs by at most {done.difference:.1e}" if done.difference else "gives the same numbers"
        click.echo(f"run beside the module, the graph {differs}")
    elif done.unknown:
        click.echo("it compiles once layers of the placeholders' names are there; `zoo new layer` begins one")


def _print_use(graph: Path, weights: Path) -> None:
    """Print how to load the weights."""
    click.echo(
        f'use them: model = zoo.load("{graph.as_posix()}").compile(); '
        f'model.load_state_dict(safetensors.torch.load_file("{weights.as_posix()}"))'
    )
    click.echo(f"train on: zoo train {shlex.quote(str(graph))} --from {shlex.quote(str(weights))}")


def _known(use: str, done: Imported) -> bool:
    from zoo.packs import registry

    return use in registry().layers or use in done.graph.blocks
