"""The command line ``zoo``: one file per group of commands, each loaded when it is called.

    app.py          the group: global options, lazy commands, errors as sentences
    usage.py        readable usage errors
    files.py        the parameter FILE: a path, or the name of a library graph; options, tables
    outputs.py      output files: missing folders are created, files overwritten only with --force
    resolving.py    the graph of a file, without errors

    check.py        check          problems of graph files
    show.py         show           nodes, shapes, parameters, FLOPs
    run.py          run            forward and backward once (trial.py)
    layers.py       layers         the catalogue, or one layer in full
    exam.py         exam           test whether layers do what they declare
    new.py          new            a new pack or layer, from templates/
    catalogue.py    graphs, packs  the available graphs and packs
    draw.py         draw           a picture of a graph
    format.py       fmt, schema    one form for graph files, and its JSON schema

    tasks.py        tasks          what a graph can be trained for
    train.py        train          train a graph for a task; learning.py, its options; config.py, options
                                   from a file; trained.py, the end of a run
    generate.py     generate       a model continues texts
    translate.py    translate      a model translates; caption.py, it describes pictures; compose.py, it
                                   writes music
    evaluate.py     evaluate       a run is measured; judged.py, how good its texts are
    searching.py                   how these search and draw; lines.py, how they read and write
    probe.py        probe          what a model does inside; probe_options.py; probed.py,
                                   probed_courses.py, probed_tables.py, probed_json.py

    eject.py        eject          a graph as plain PyTorch
    importing.py    import         plain PyTorch as a graph, or an ejected file
    export.py       export         a model for other runtimes

    demo.py         demo           a tour of a minute
    desktop.py      gui, completion

Exit codes: 0 success; 1 an error was found and reported; 2 wrong usage; 130 Ctrl-C.
"""

from __future__ import annotations


def main() -> None:
    """The entry point of ``zoo``."""
    import os
    import sys

    # Before torch is loaded. Otherwise, waiting threads keep their cores busy, and on a loaded machine a
    # training step takes ten times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as we live
        else:  # a formula in an old encoding shows a question mark rather than ending the command
            stream.reconfigure(errors="replace")
    try:
        from zoo.cli.app import cli
    except KeyboardInterrupt:
        sys.exit(130)
    cli.main(prog_name="zoo")
