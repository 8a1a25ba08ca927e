"""Errors that say that memory is used up, in whatever words torch has for it."""

from __future__ import annotations

import torch

_WORDS = ("allocate memory", "Storage size calculation overflowed", "out of memory")


def lacks_memory(error: BaseException) -> bool:
    """Whether an error says that there is not memory enough. On the CPU torch has no class for it."""
    known = isinstance(error, torch.OutOfMemoryError | MemoryError)
    return known or (isinstance(error, RuntimeError) and any(word in str(error) for word in _WORDS))
