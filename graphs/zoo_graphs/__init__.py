"""The library of graphs: architectures worth knowing, one YAML file each, to read, train and start from.

A pack like any other, though it offers no layers. A graph is found by its file's name: ``zoo show gpt``.
"""

from collections.abc import Iterable
from pathlib import Path

import zoo


@zoo.hookimpl
def zoo_graphs() -> Iterable[Path]:
    """The folder of the graph files."""
    return [Path(__file__).parent]
