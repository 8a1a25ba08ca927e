"""Running and training the graph in a process of its own, so that nothing there can touch the editor.

    worker.py    that process: reads one request, writes a line of JSON for everything that happens
    learning.py  training there
    job.py       the process seen from the editor, as signals
    controls.py  what a person says about a run; choice.py, a field with a few values
    plot.py      the losses as curves
    results.py   figures, curves, log, sample
    panel.py     the panel that holds them

The worker knows no Qt.
"""
