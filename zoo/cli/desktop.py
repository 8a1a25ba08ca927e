"""``zoo gui`` opens the editor; ``zoo completion`` prints the shell completion script."""

from __future__ import annotations

from pathlib import Path

import click

from zoo.cli.files import examples
from zoo.extras import require


@click.command(short_help="Open the editor.", epilog=examples("zoo gui", "zoo gui transformer my_model.yaml"))
@click.argument("files", nargs=-1, metavar="[FILE]...")
def gui(files: tuple[str, ...]) -> None:
    """Open the drag-and-drop editor: with the given files, with new graphs from those of the library that are
    named, or with a choice of these.
    """
    from importlib import import_module

    from zoo.files.disk import read_bytes

    for file in files:  # first, for Qt may not be there to tell it; names wait for the packs
        if Path(file).suffix:
            read_bytes(Path(file), file)
    # By name, because the library must not import the editor.
    require("gui", "PySide6", what="the editor draws with Qt")
    raise SystemExit(import_module("zoo_gui.app").run(files))


@click.command(
    short_help="Print the completion script of a shell.",
    epilog=examples(
        "zoo completion bash >> ~/.bashrc",
        "zoo completion zsh >> ~/.zshrc",
        "zoo completion fish > ~/.config/fish/completions/zoo.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what lets SHELL complete zoo's commands, options, and the names of library graphs."""
    from click.shell_completion import get_completion_class

    from zoo.cli.app import cli

    kind = get_completion_class(shell)
    assert kind is not None  # these three are click's own
    click.echo(kind(cli, {}, "zoo", "_ZOO_COMPLETE").source())
