"""A pause for the garbage collector while something large is made.

A large document or model is many small objects that all stay. Each time their number has grown by so much,
Python's collector walks all of them to find that none is garbage: with ten thousand nodes that is half the
time.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def paused() -> Generator[None]:
    """Within: no collection, unless somebody asks for one. Also a decorator: ``@paused()``."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
