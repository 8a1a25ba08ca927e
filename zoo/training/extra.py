"""Training needs libraries that the rest of the zoo does not; whoever lacks them is told what to install."""

from __future__ import annotations

from importlib.util import find_spec

from zoo.errors import TrainingError


def require(*modules: str) -> None:
    """Raise TrainingError that names the missing modules and the remedy."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise TrainingError(
            f"training needs {' and '.join(modules)}, but {' and '.join(missing)} {verb} not installed: "
            "pip install 'layerzoo[train]'"
        )
