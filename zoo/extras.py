"""Optional dependencies: one error message, wherever it is raised, that says what to install."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from zoo.errors import ZooError


def require(
    extra: str, *modules: str, what: str, error: type[ZooError] = ZooError, otherwise: str = ""
) -> None:
    """Raise ``error`` unless all modules are installed.

    ``what`` begins the message and says what needs the modules; ``otherwise`` ends it with an alternative.
    """
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise error(lacking(extra, missing, what=what, otherwise=otherwise))


def lacking(extra: str, missing: Sequence[str], *, what: str, otherwise: str = "") -> str:
    """The message: ``the editor needs Qt, and PySide6 is not installed; pip install "layerzoo[gui]"``."""
    *most, last = missing
    names = f"{', '.join(most)} and {last} are" if most else f"{last} is"
    # Double quotes work in every shell, including cmd on Windows.
    return f'{what}, and {names} not installed; pip install "layerzoo[{extra}]"{otherwise}'
