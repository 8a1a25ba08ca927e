"""Extras: libraries that a part of the zoo needs and the rest does not. Whoever lacks one is told what to
install, in one sentence, wherever it is.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from zoo.errors import ZooError


def require(
    extra: str, *modules: str, what: str, error: type[ZooError] = ZooError, otherwise: str = ""
) -> None:
    """Raise ``error`` where one of the modules is not installed.

    ``what`` begins the sentence and says what needs them, ``otherwise`` ends it with what does without.
    """
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise error(lacking(extra, missing, what=what, otherwise=otherwise))


def lacking(extra: str, missing: Sequence[str], *, what: str, otherwise: str = "") -> str:
    """The sentence: ``the editor needs Qt, and PySide6 is not installed; pip install "layerzoo[gui]"``."""
    *most, last = missing
    names = f"{', '.join(most)} and {last} are" if most else f"{last} is"
    # In double quotes, which every shell takes, that of Windows too.
    return f'{what}, and {names} not installed; pip install "layerzoo[{extra}]"{otherwise}'
