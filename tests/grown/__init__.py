"""Graphs that grow: a step at a time, each kept where the checker finds no error.

Other than drawn graphs (``tests.strategies``), which are sound in structure alone, a grown one runs. It has
layers of all packs whose types fit, blocks, repeats, scans inside each other, masks, ties and reuses, and
names that Python or PyTorch has taken. ``grow(seed)`` is the same graph for the same seed, as long as packs
and checker are the same.
"""

from tests.grown.growing import Growing
from tests.grown.steps import grow

__all__ = ["Growing", "grow"]
"""What else is here: ``meaning``, an interpreter to compare compiled models with."""
