"""Optional libraries (the extra ``tasks``), imported by the tasks that need them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from zoo.errors import TrainingError
from zoo.extras import lacking


def extra(module: str, what: str) -> Any:
    """Import a module. TrainingError if it is not installed; ``what`` says there what needs it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        library = module.partition(".")[0]
        if error.name != library:
            raise
        raise TrainingError(lacking("tasks", [library], what=what)) from None
