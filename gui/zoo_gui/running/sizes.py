"""Sizes of axes as a person writes them: ``batch=2 time=8``."""

from __future__ import annotations

import re

from zoo.errors import ArgumentError
from zoo_gui.running.fields import Fields

SIZES = "Sizes of random inputs, where the graph names none: batch=1 time=32"
_SIZE = re.compile(r"([A-Za-z_]\w*)\s*[=:]\s*([1-9]\d*)")


def read_sizes(text: str) -> dict[str, int]:
    """The sizes by axis. ArgumentError for what is none."""
    left = _SIZE.sub("", text).strip(" ,")
    if left:
        raise ArgumentError(f"sizes are written batch=2 time=8, got '{text}'")
    return {name: int(size) for name, size in _SIZE.findall(text)}


def sizes_in(fields: Fields, text: str) -> dict[str, int]:
    """The sizes in the field ``sizes``, which is marked if they are none."""
    try:
        return read_sizes(text)
    except ArgumentError as error:
        raise fields.refuse("sizes", str(error)) from None
