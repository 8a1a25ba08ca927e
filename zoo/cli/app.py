"""The group of all commands: global options, lazy loading, and errors as sentences.

``zoo --help`` must be fast. Therefore a command's module is imported only when it is needed, and these
modules import torch, rich and the rest of the library only inside their functions.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

import zoo
from zoo.cli.usage import plainer
from zoo.errors import GraphError, ZooError, did_you_mean

COMMANDS: Mapping[str, str] = {
    "check": "zoo.cli.check:check",
    "show": "zoo.cli.show:show",
    "run": "zoo.cli.run:run",
    "layers": "zoo.cli.layers:layers",
    "exam": "zoo.cli.exam:exam",
    "new": "zoo.cli.new:new",
    "graphs": "zoo.cli.catalogue:graphs",
    "draw": "zoo.cli.draw:draw",
    "packs": "zoo.cli.catalogue:packs",
    "fmt": "zoo.cli.format:fmt",
    "schema": "zoo.cli.format:schema",
    "tasks": "zoo.cli.tasks:tasks",
    "train": "zoo.cli.train:train",
    "generate": "zoo.cli.generate:generate",
    "translate": "zoo.cli.translate:translate",
    "evaluate": "zoo.cli.evaluate:evaluate",
    "probe": "zoo.cli.probe:probe",
    "caption": "zoo.cli.caption:caption",
    "compose": "zoo.cli.compose:compose",
    "eject": "zoo.cli.eject:eject",
    "import": "zoo.cli.importing:import_",
    "export": "zoo.cli.export:export",
    "demo": "zoo.cli.demo:demo",
    "gui": "zoo.cli.desktop:gui",
    "completion": "zoo.cli.desktop:completion",
}

EPILOG = """\b
Examples:
  zoo graphs                            list the library of graphs
  zoo check gpt my_model.yaml           report problems, as text or --json
  zoo show transformer --size source=64 shapes, parameters and FLOPs
  zoo train gpt --text book.txt         train a language model

\b
Exit codes: 0 success, 1 an error was found, 2 wrong usage, 130 Ctrl-C.

\b
Environment: ZOO_PLUGINS lists folders for --plugins, separated as in PATH;
ZOO_BLOCK lists packs that are not to be loaded, separated by commas;
NO_COLOR=1 turns colours off.
"""


_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.ENOSPC, errno.EDQUOT)
_OUTPUT_LOST = (errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EDQUOT)


class LazyGroup(click.Group):
    """A group that imports each command when it is needed, and turns a ZooError into a sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click passes it
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(
                f"there is no command '{args[0]}'{did_you_mean(args[0], COMMANDS)}; zoo --help lists them"
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ZooError as error:
            _end(error)
        except click.UsageError as error:
            raise plainer(error) from None
        except OSError as error:
            if error.filename is not None and error.errno in _REFUSED:
                what = f"'{error.filename}' cannot be read or written: {error.strerror}"
                _end(ZooError(f"{what}; name another file, or see to its permissions"))
            if error.filename is not None or error.errno not in _OUTPUT_LOST:
                raise
            _end(ZooError(f"cannot write the output: {error.strerror}"))
        except (KeyboardInterrupt, RuntimeError) as error:
            # Python 3.11 wraps what is raised in a __set_name__, such as Ctrl-C while a module is loaded.
            if not any(isinstance(each, KeyboardInterrupt) for each in (error, error.__cause__)):
                raise
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C during cleanup ends the process
            click.echo("interrupted", err=True)
            sys.exit(130)


def _end(error: ZooError) -> NoReturn:
    prefix = "" if isinstance(error, GraphError) else click.style("error: ", fg="red", bold=True)
    click.echo("\n  ".join([f"{prefix}{error}", *getattr(error, "__notes__", [])]), err=True)
    sys.exit(1)


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(zoo.__version__, prog_name="layerzoo")
@click.option(
    "--plugins",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Also load the packs in this folder, its *.py files. May be repeated.",
)
def cli(plugins: tuple[str, ...]) -> None:
    """Neural sequence layers, wired into graphs that compile to PyTorch.

    FILE is the path of a graph file, or the name of a graph in the library.
    """
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False
    if plugins:
        # In the environment, so that child processes (data loaders in training) have them too.
        folders = [*map(os.path.abspath, plugins), os.environ.get("ZOO_PLUGINS", "")]
        os.environ["ZOO_PLUGINS"] = os.pathsep.join(filter(None, folders))
        if click.get_current_context().invoked_subcommand != "packs":  # which reports broken packs itself
            _tell_broken(folders[:-1])


def _tell_broken(folders: list[str]) -> None:
    """Report broken packs in these folders, which the user has explicitly requested."""
    from zoo.packs import registry

    for folder in folders:
        found = [pack for pack in registry().packs if Path(pack.module).parent == Path(folder)]
        faults = [(pack.name, fault) for pack in found for fault in (pack.problem, *pack.notes) if fault]
        said = [f"pack '{name}': {fault}" for name, fault in faults]
        for text in said if found else [f"there is no pack in {folder}, which has no file *.py"]:
            click.echo(f"{click.style('warning: ', fg='yellow')}{text}; zoo packs shows more", err=True)
