"""Names of functions and classes, and the location of the running line of user code."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

_OURS = str(Path(__file__).parent)
_TORCHS = str(Path(torch.__file__).parent)


def plain_name(func: Any) -> str:
    """The name of a function, a method (``__getitem__`` is ``getitem``), a property or an operator."""
    name: str = getattr(func, "__name__", "")
    if name == "__get__":
        name = getattr(func.__self__, "__name__", "")
    return name.partition(".")[0].removeprefix("__").removesuffix("__")


def kind(module: object) -> str:
    """The class name of a module, also for modules in a program of ``torch.export``."""
    told = getattr(module, "type_name", None)
    if callable(told):
        return str(told())
    cls = type(module)
    return f"{cls.__module__}.{cls.__qualname__}"


def snake(name: str) -> str:
    """``TransformerBlock`` as ``transformer_block``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def quoted(names: Sequence[str], most: int = 4) -> str:
    """Names for a message, at most ``most`` of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(f"'{name}'" for name in names[:most]) + more


def is_theirs(file: str) -> bool:
    """Whether a source file is the user's, rather than this library's, PyTorch's or Python's."""
    return not file.startswith((_OURS, _TORCHS, "<")) and "contextlib" not in file


def where() -> str:
    """The file and line of user code that is running."""
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]  # the only way to the caller
    while frame is not None:
        file = frame.f_code.co_filename
        if is_theirs(file):
            return f"{Path(file).name}:{frame.f_lineno}"
        frame = frame.f_back
    return "PyTorch"
