"""Shared by commands: the parameter FILE, the options for sizes and params, and the console."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from click.shell_completion import CompletionItem

from zoo.seeds import LARGEST_SEED

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from zoo.values import Scalar

    _ParamType = click.ParamType[Any]
else:
    _ParamType = click.ParamType  # takes no argument before click 8.2

C = TypeVar("C", bound=Callable[..., Any])

_NARROW = 60  # the least width of a terminal for which tables are wrapped
_DIGITS = 12  # the maximum number of digits of a size
_WIDE = 10_000  # the width for files and pipes, so that a row of a table stays on one line


class GraphFile(_ParamType):
    """FILE: a path, or the name of a library graph; its value is the path as text."""

    name = "FILE"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002 - click passes it
        ctx: click.Context | None,  # noqa: ARG002 - click passes it
    ) -> str:
        from zoo.packs import locate

        return str(locate(value))

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click passes it
        param: click.Parameter,  # noqa: ARG002 - click passes it
        incomplete: str,
    ) -> list[CompletionItem]:
        """Library graphs with this prefix; files if there is none."""
        from zoo.packs import registry

        names = [name for name in registry().graphs if name.startswith(incomplete)]
        return [CompletionItem(name) for name in names] or [CompletionItem(incomplete, type="file")]


class Assignment(_ParamType):
    """``NAME=VALUE``, with the value as it was typed; pairs (from --config) are passed through."""

    name = "NAME=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Scalar]:
        from zoo.values import Typed

        if isinstance(value, tuple):
            return cast("tuple[str, Scalar]", value)
        name, equals, text = str(value).partition("=")
        if not name or not equals:
            self.fail(f"'{value}' is not NAME=VALUE; write for example layers=2", param, ctx)
        return name, Typed(text)


class ParamAssignment(Assignment):
    """``NAME=VALUE`` for a param of a graph, which has no type: the value is read as in graph files."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Scalar]:
        from zoo.files.scalars import resolve
        from zoo.files.text import WordError
        from zoo.values import Typed

        name, given = super().convert(value, param, ctx)
        try:
            return name, resolve(given) if isinstance(given, Typed) else given
        except WordError as error:
            self.fail(str(error), param, ctx)


class SizeAssignment(_ParamType):
    """``AXIS=SIZE``: the size of an axis."""

    name = "AXIS=SIZE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        name, _, text = str(value).partition("=")
        if not name or not text:
            self.fail(f"'{value}' is not AXIS=SIZE; write for example time=32", param, ctx)
        if not (text.isascii() and text.isdecimal()) or len(text) > _DIGITS or int(text) == 0:
            self.fail(
                f"a size must be a positive whole number of at most {_DIGITS} digits, not '{value}'; "
                f"write for example {name}=32",
                param,
                ctx,
            )
        return name, int(text)


set_option = click.option(
    "--set",
    "params",
    multiple=True,
    type=ParamAssignment(),
    help="Set a param of the graph, as in --set layers=2. May be repeated.",
)
size_option = click.option(
    "--size",
    "sizes",
    multiple=True,
    type=SizeAssignment(),
    help="Set the size of an input axis, as in --size time=64. May be repeated.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="auto takes the GPU if there is one.",
)
any_device_option = click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:1 ...")


def seed_option(what: str) -> Callable[[C], C]:
    """--seed; ``what`` is its help."""
    return click.option(
        "--seed", type=click.IntRange(0, LARGEST_SEED), default=0, show_default=True, help=what
    )


def together(*options: Callable[[Any], Any]) -> Callable[[C], C]:
    """Several options as one decorator, in the order of the help."""

    def decorate(command: C) -> C:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def examples(*lines: str) -> str:
    """The examples below a command's help, which click must not wrap."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def console() -> Console:
    """The console for tables, without markup, since brackets in the texts are axes and settings."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _WIDE
    return Console(markup=False, highlight=False, width=width)


def table(*names: str) -> Table:
    """A table without lines, for ``print_table``; its first column is not wrapped."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False)
    for index, name in enumerate(names):
        made.add_column(name, no_wrap=index == 0, overflow="fold")
    return made


def print_table(made: Table) -> None:
    """Print a table; in files, pipes and very narrow terminals, each row is one line, without padding."""
    out = console()
    if out.is_terminal and out.width >= _NARROW:
        out.print(made)
        return
    out.width = _WIDE
    with out.capture() as captured:
        out.print(made)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def print_json(value: Mapping[str, Any] | list[Any]) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
