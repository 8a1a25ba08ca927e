"""The optional dependencies of training (the extra ``train``)."""

from __future__ import annotations

from zoo import extras
from zoo.errors import TrainingError


def require(*modules: str) -> None:
    """Raise TrainingError that names the missing modules and the remedy."""
    extras.require("train", *modules, what=f"training needs {' and '.join(modules)}", error=TrainingError)
