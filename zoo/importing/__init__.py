"""Importing: plain PyTorch as a graph.

errors.py      what importing refuses
saving.py      graph, used files and weights on the disk
"""

from zoo.importing.errors import ImportingError
from zoo.importing.saving import save

__all__ = ["ImportingError", "save"]
