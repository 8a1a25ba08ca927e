"""Qt and the packs in one process, in either order."""

from __future__ import annotations

import subprocess
import sys

import pytest

SAYS = "import zoo; print(*zoo.registry().problems)"


@pytest.mark.parametrize("first", ["import zoo.spec, PySide6.QtCore", "import PySide6.QtCore, zoo.spec"])
def test_packs_load_beside_qt(first: str) -> None:
    """Qt looks at what is imported after it, which pydantic did not bear while it imported itself."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"{first}; {SAYS}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == "\n"
