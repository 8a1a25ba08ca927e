"""Optional dependencies: one error message, wherever it is raised, that says what to install."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

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
    return f"{what}, and {names} not installed; {command(extra)}{otherwise}"


def command(extra: str) -> str:
    """The command that installs an extra: from the folder, archive or repository that the package came from
    (PEP 610), otherwise from the package index.
    """
    try:
        found = distribution("layerzoo").read_text("direct_url.json")
    except PackageNotFoundError:
        found = None
    origin: dict[str, Any] = json.loads(found) if found else {}
    editable = ""
    package = f"layerzoo[{extra}]"
    if "dir_info" in origin:
        editable = "-e " if origin["dir_info"].get("editable") else ""
        package = f"{url2pathname(urlsplit(str(origin['url'])).path)}[{extra}]"
    elif "vcs_info" in origin:
        package += f" @ {origin['vcs_info']['vcs']}+{origin['url']}"
    elif origin:
        package += f" @ {origin['url']}"
    # Double quotes work in every shell, including cmd on Windows.
    return f'pip install {editable}"{package}"'
