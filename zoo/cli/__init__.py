"""The command line ``zoo``: one file per group of commands, each loaded when it is called.

    app.py          the group: global options, lazy commands, errors as sentences
    usage.py        what click refuses, in our words
    files.py        what FILE means: a path, or the name of a library graph
    outputs.py      where commands write: missing folders are made, files overwritten only with --force
    check.py        check          problems of graph files
    show.py         show           nodes, shapes, parameters, FLOPs
    run.py          run            forward and backward once
    layers.py       layers         the catalogue, or one layer in full
    exam.py         exam           do layers do what they say?
    new.py          new            a new pack or layer, from templates/
    catalogue.py    graphs, packs
    draw.py         draw           a picture of a graph
    importing.py    import         plain PyTorch as a graph, or an ejected file
    format.py       fmt, schema
    train.py        train: a graph learns a task; config.py: its options from a file
    generate.py     generate   a model continues a text
    translate.py    translate; caption.py: caption
    searching.py    what commands share that search for texts
    demo.py         demo
    desktop.py      gui, completion

Exit codes: 0 success; 1 an error was found, and said in a sentence; 2 wrong usage; 130 Ctrl-C.
"""

from __future__ import annotations


def main() -> None:
    """The entry point of ``zoo``."""
    import os
    import sys

    # Before torch is loaded. Threads that wait for one another otherwise keep a core busy, and on a machine
    # that also does something else a step of training takes ten times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever called
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as we live
        else:  # a formula in an old encoding shows a question mark rather than ending the command
            stream.reconfigure(errors="replace")
    try:
        from zoo.cli.app import cli
    except KeyboardInterrupt:
        sys.exit(130)
    cli.main(prog_name="zoo")
