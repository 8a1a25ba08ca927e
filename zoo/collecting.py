"""A pause for the garbage collector while something large is made.

A large document or model is made of many small objects, all of which stay. Again and again, as their number
grows, Python's collector walks all of them only to find that none is garbage: with ten thousand nodes, that
takes half the time.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def paused() -> Generator[None]:
    """Collect nothing in this block, unless somebody asks for it. Also a decorator: ``@paused()``."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
