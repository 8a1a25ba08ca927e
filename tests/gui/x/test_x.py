"""The editor on a real X server, with a real pointer: on_x.py in a process of its own, at three scales."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gui.x.server import skip_without_x, x_server

TESTS = Path(__file__).with_name("on_x.py")
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("scale", "chosen"),
    [
        pytest.param(1, ("-k", "band or menu"), id="a few"),
        pytest.param(1, ("-m", "long or not long"), id="all", marks=pytest.mark.long),
        pytest.param(2, ("-m", "not long"), id="at 200 %", marks=pytest.mark.long),
        pytest.param(3, ("-m", "not long"), id="at 300 %", marks=pytest.mark.long),
    ],
)
def test_on_a_real_display(scale: int, chosen: tuple[str, str]) -> None:
    skip_without_x()
    with x_server(1700 * scale, 1070 * scale) as display:
        environment = os.environ | {
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "QT_SCALE_FACTOR": str(scale),
        }
        environment.pop("WAYLAND_DISPLAY", None)
        options = ("-q", "-p", "no:cacheprovider", "--jaxtyping-packages=")  # shapes are checked elsewhere
        command = [sys.executable, "-P", "-m", "pytest", *options, *chosen, str(TESTS)]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
        )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    assert " passed" in done.stdout
