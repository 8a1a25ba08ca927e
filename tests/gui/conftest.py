"""The editor's tests need Qt; without it they are skipped, and say so."""

import pytest

pytest.importorskip("PySide6", reason="the editor needs Qt: pip install layerzoo[gui]")
