"""An X server of its own for tests: Xvfb, on a display that is free."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from zoo_gui.display import missing_packages

NEEDED = {"Xvfb": "xvfb", "xdotool": "xdotool"}
"""Programs, and the packages of Debian that have them."""


def skip_without_x() -> None:
    """Skip the test, and say what is missing."""
    missing = [package for program, package in NEEDED.items() if shutil.which(program) is None]
    missing += missing_packages()
    if missing:
        pytest.skip(f"no real X server here: apt install {' '.join(missing)}")


@contextmanager
def x_server(width: int, height: int) -> Generator[str]:
    """A display, as the variable DISPLAY names it; the server ends with the block."""
    reading, writing = os.pipe()
    size = f"{width}x{height}x24"
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(
        command, pass_fds=(writing,), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()  # written once the server takes clients; empty if it ended
        if not number:
            raise RuntimeError(f"Xvfb has not started: {server.communicate(timeout=10)[1]}")
        yield f":{number}"
    finally:
        server.terminate()
        server.communicate(timeout=10)
