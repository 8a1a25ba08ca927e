"""``zoo check``: all problems of graph files, for people and for programs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from zoo.cli.files import GraphFile, examples, json_option, print_json
from zoo.errors import FileError

if TYPE_CHECKING:
    from zoo.problems import Problem

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


class Unchecked(GraphFile):
    """FILE as typed: a missing file must not hide the problems of the others."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click passes them
        return value


@click.command(
    short_help="Report all problems in graph files.",
    epilog=examples(
        "zoo check gpt",
        "zoo check my_model.yaml other_model.yaml",
        "zoo check my_model.yaml --json",
        "zoo check --deep my_model.yaml",
    ),
)
@click.argument("files", nargs=-1, required=True, type=Unchecked(), metavar="FILE...")
@click.option(
    "--deep", is_flag=True, help="Also build every layer: constructors may refuse what hints allow."
)
@json_option
def check(files: tuple[str, ...], deep: bool, as_json: bool) -> None:
    """Report all problems in graph files: what does not parse, connect or fit, where, and what to do.

    With --json, a list of objects with the keys severity, code, file, line, column, path, message, remedy.
    The exit code is 1 if one of the problems is an error.
    """
    problems = {file: _problems(file, deep=deep) for file in files}
    found = [problem for each in problems.values() for problem in each]
    if as_json:
        print_json([problem.as_json() for problem in found])
    else:
        for file, each in problems.items():
            for problem in each:
                _print(problem)
            if not each:
                click.echo(f"{file}: no problems")
        if found:
            click.echo(_summary(found, len(files)))
    if any(problem.severity == "error" for problem in found):
        raise SystemExit(1)


def _problems(file: str, *, deep: bool) -> list[Problem]:
    """The problems of a file, including that it cannot be read."""
    from zoo.checker import check_file
    from zoo.packs import locate
    from zoo.problems import Place, Problem

    try:
        return list(check_file(str(locate(file)), deep=deep))
    except FileError as error:
        return [Problem("error", "file", str(error), place=Place(file, 1, 1))]


def _print(problem: Problem) -> None:
    where = f"{problem.place}: " if problem.place else ""
    severity = click.style(f"{problem.severity}: ", fg=_COLOURS[problem.severity])
    rest = str(problem).removeprefix(where).removeprefix(f"{problem.severity}: ")
    click.echo(f"{where}{severity}{rest}")


def _summary(problems: list[Problem], files: int) -> str:
    count = Counter(problem.severity for problem in problems)
    parts = [f"{count[kind]} {kind}{'' if count[kind] == 1 else 's'}" for kind in _COLOURS if count[kind]]
    return f"{', '.join(parts)} in {files} {'file' if files == 1 else 'files'}"
