"""Running and training the graph in a process of its own, so that nothing there can touch the editor.

    worker.py   that process: reads one request, writes a line of JSON for everything that happens
    job.py      the process seen from the editor, as signals
    plot.py     the losses as curves
    panel.py    the panel: what to run and how, progress, curves, log

The worker knows no Qt.
"""
