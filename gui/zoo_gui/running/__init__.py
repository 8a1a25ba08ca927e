"""Graphs and runs in a process of their own, so that nothing there can touch the editor.

    requests.py      what that process can be asked for
    worker.py        the process: reads one request, writes a line of JSON for everything that happens
    trial.py         a forward and a backward pass there; learning.py, training
    generating.py    a run writes; evaluating.py, it is measured and judged; looking.py, it is probed
    job.py           the process seen from the editor, as signals

    panel.py         the panel that holds the rest; buttons.py, what its buttons do
    runs.py          the run that something is done with; known.py, what is known of it
    pages/           what a person says about each kind of run
    fields.py        fields with their names; schema_form.py, those of a pydantic model
    search_fields.py how texts are found; paths.py, choice.py, sizes.py, single fields
    results.py       log, curves, texts, figures; plot.py, the curves; pictures.py, what a probe draws

The worker knows no Qt.
"""
