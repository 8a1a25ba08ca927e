"""How the commands that decode read and write: lines come in, and each text goes out as soon as it is ready.

So Ctrl-C loses nothing that was written, and a pipe is answered while it is still open.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from zoo.cli.files import together
from zoo.cli.outputs import claim, force_option
from zoo.errors import FileError, ZooError

if TYPE_CHECKING:
    from rich.progress import Progress

output_options = together(
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write into this file  [default: the standard output]",
    ),
    force_option,
)


def lines_of(file: IO[str]) -> list[str] | Iterator[str]:
    """The lines of a file opened as UTF-8; as in training, only line feeds end a line.

    A pipe or a terminal is read line by line, as needed; any other file at once. Raises FileError for bytes
    that are not UTF-8.
    """
    if not file.seekable():
        return _lines(file)
    return list(_lines(file, whole=True))


def _lines(file: IO[str], *, whole: bool = False) -> Iterator[str]:
    try:
        if whole and (text := file.read()):  # at once, so that an error gives the place in the file
            yield from text.removesuffix("\n").split("\n")
        for line in file:
            yield line.removesuffix("\n")
    except UnicodeDecodeError as error:
        place = f" from byte {error.start} on" if whole else ""
        raise FileError(f"{file.name} is to be text in UTF-8, and is not{place}; convert it first") from None


class Pen:
    """What texts are written with. A ``silent`` one writes nothing: a document with all of them follows.

    ``count`` is the number of items (sentences, pictures, prompts) whose texts are complete; ``begun`` tells
    whether anything has been written.
    """

    def __init__(self, file: IO[str] | None, bar: Progress, *, silent: bool) -> None:
        self._file, self._bar, self._silent = file, bar, silent
        self._midline = False
        self.begun = False
        self.count = 0

    def write(self, text: str, *, end: str = "\n") -> None:
        """Write a text out at once."""
        self.begun = True
        if not self._silent:
            click.echo(text + end, file=self._file, nl=False)
            self._midline = not (text + end).endswith("\n")

    def done(self, *lines: str) -> None:
        """Write these lines, which complete an item."""
        for line in lines:
            self.write(line)
        self.count += 1
        for task in self._bar.task_ids:
            self._bar.update(task, completed=self.count)

    def document(self, value: object) -> None:
        """Write a value as JSON."""
        click.echo(json.dumps(value, indent=2, ensure_ascii=False), file=self._file)

    def break_line(self) -> None:
        """End a line that was begun."""
        if self._midline:
            self.write("")


@contextmanager
def writing(
    what: str,
    total: int | None,
    output: Path | None,
    *,
    force: bool,
    document: Callable[[], Any] | None = None,
) -> Generator[Pen]:
    """A pen that writes to a file or to the standard output, for ``total`` items of ``what`` (None: unknown).

    With ``document``, what it returns is written as JSON at the end, instead of the texts. If Ctrl-C or a
    ZooError ends it early, what exists by then is written, and the standard error says how much is complete.
    A progress bar is shown if the standard error is a terminal and the texts go elsewhere.
    """
    if output is not None:
        claim(output, force=force)
    shown = output is None and document is None and sys.stdout.isatty()
    with nullcontext() if output is None else output.open("w", encoding="utf-8") as file:
        bar = _bar(what, total, hidden=shown or not sys.stderr.isatty())
        pen = Pen(file, bar, silent=document is not None)
        try:
            with bar:
                yield pen
        except (KeyboardInterrupt, ZooError):
            pen.break_line()
            if document is not None and pen.begun:
                pen.document(document())
            of = "" if total is None else f" of {total:,}"
            where = f" to {output}" if output else ""
            if pen.count:
                click.echo(f"stopped early; {what} complete and written{where}: {pen.count:,}{of}", err=True)
            raise
        if document is not None:
            pen.document(document())


def _bar(what: str, total: int | None, *, hidden: bool) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn(what, markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # which would lead it to the standard error
        redirect_stderr=False,
        disable=hidden,
    )
    bar.add_task("", total=total)
    return bar
