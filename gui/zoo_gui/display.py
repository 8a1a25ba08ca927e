"""Whether a window can be opened here, found out before Qt is asked: where it cannot, Qt ends the process."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from ctypes.util import find_library
from pathlib import Path

_LIBRARIES = {
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-keysyms": "libxcb-keysyms1",
}
"""What Qt needs for X windows beside what comes with it, and the Debian packages that hold it."""


def why_no_window(environment: Mapping[str, str] | None = None) -> str:
    """A sentence with the remedy when no window can be opened; empty when one can, as far as can be told."""
    environment = os.environ if environment is None else environment
    if not sys.platform.startswith(("linux", "freebsd")) or environment.get("QT_QPA_PLATFORM"):
        return ""
    if environment.get("WAYLAND_DISPLAY"):
        return ""
    display = environment.get("DISPLAY", "")
    if not display:
        return (
            "the editor opens a window, and there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is "
            "set); log in to a desktop, use ssh -X, or start it under xvfb-run"
        )
    if not _answers(display):
        return f"the editor opens a window, and the display {display} does not answer; set DISPLAY anew"
    missing = missing_packages()
    if missing:
        return f"Qt lacks libraries to open a window; on Debian and Ubuntu: apt install {' '.join(missing)}"
    return ""


def missing_packages() -> list[str]:
    """The Debian packages that Qt needs to open X windows, and that are not there."""
    return [package for library, package in _LIBRARIES.items() if find_library(library) is None]


def _answers(display: str) -> bool:
    """Whether somebody listens at a local display; one on another computer is left to Qt."""
    host, _, number = display.rpartition(":")
    if host not in {"", "unix"}:
        return True
    name = f"/tmp/.X11-unix/X{number.partition('.')[0]}"  # noqa: S108 - where X servers listen
    for address in (name, f"\0{name}"):  # a file, and Linux's abstract name
        if address == name and not Path(name).exists():
            continue
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(address)
            except OSError:
                continue
            return True
    return False
