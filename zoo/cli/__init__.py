"""The command line ``zoo``: one file a group of commands, each loaded when it is called.

    app.py          the group: global options, lazy commands, errors as sentences
    files.py        what FILE means: a path, or the name of a library graph
    check.py        check          problems of graph files
    show.py         show           nodes, shapes, parameters, FLOPs
    run.py          run            forward and backward once
    layers.py       layers         the catalogue, and all about one layer
    exam.py         exam           is what layers say of themselves true?
    catalogue.py    graphs, packs
    format.py       fmt, schema
    train.py        train, generate, demo
    desktop.py      gui, completion

Exit codes: 0 all is well; 1 an error was found, or said in a sentence; 2 the command was called wrongly; 130
Ctrl-C.
"""

from __future__ import annotations


def main() -> None:
    """The entry point of ``zoo``."""
    from zoo.cli.app import cli

    cli.main(prog_name="zoo")
