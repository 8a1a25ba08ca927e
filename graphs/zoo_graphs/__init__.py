"""The library of graphs: architectures worth knowing, one YAML file each, to read, to train and to start from.

A pack like any other, though it offers no layers: ``zoo graphs`` lists what lies here, and ``zoo show gpt`` finds a graph
by its file's name.
"""

from pathlib import Path

import zoo


@zoo.hookimpl
def zoo_graphs() -> Path:
    """The directory of the graph files."""
    return Path(__file__).parent
