"""Libraries of the extra ``tasks``, each asked for by the task that needs it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from zoo.errors import TrainingError


def extra(module: str, what: str) -> Any:
    """A module; ``what`` says in a TrainingError what needs it, where it is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise TrainingError(
            f"{what}, and {error.name} is not installed: pip install 'layerzoo[tasks]'"
        ) from None
