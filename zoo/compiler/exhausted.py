"""Recognising errors that mean: out of memory."""

from __future__ import annotations

import torch

_WORDS = ("allocate memory", "Storage size calculation overflowed", "out of memory")


def lacks_memory(error: BaseException) -> bool:
    """Whether an error means that memory is exhausted; for the CPU, torch has no class of its own."""
    known = isinstance(error, torch.OutOfMemoryError | MemoryError)
    return known or (isinstance(error, RuntimeError) and any(word in str(error) for word in _WORDS))
