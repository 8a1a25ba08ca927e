"""Libraries of the extra ``tasks``, each asked for by the task that needs it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from zoo.errors import TrainingError
from zoo.extras import lacking


def extra(module: str, what: str) -> Any:
    """A module; ``what`` says in a TrainingError what needs it, where it is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        library = module.partition(".")[0]
        if error.name != library:
            raise
        raise TrainingError(lacking("tasks", [library], what=what)) from None
