"""``pytest --zoo-exam``: what a stranger sees."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PACK = '''
"""A stranger's pack."""

from typing import Annotated

from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

import zoo


@zoo.layer("strange/scale")
class Scale(nn.Module):
    """Multiply by a constant, which stays what it was."""

    def __init__(self, factor: Annotated[float, Field(description="The constant.")] = 1.0) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return self.factor * x
'''


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A folder with a pack of one file."""
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "strange.py").write_text(PACK, encoding="utf-8")
    return tmp_path


def examine(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest as the stranger does."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:jaxtyping", *arguments],
        cwd=folder,
        env={**plain, "ZOO_PLUGINS": str(folder / "packs")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_sound_layer_passes_check_by_check(stranger: Path) -> None:
    done = examine(stranger, "--zoo-exam", "strange", "-k", "shapes or padding or pointwise", "-v", "-rs")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "zoo-exam::strange/scale::shapes PASSED" in done.stdout
    assert "no port of bools is called mask" in done.stdout
    assert "2 passed, 2 skipped, " in done.stdout


def test_a_fault_is_a_failed_test_in_one_line(stranger: Path) -> None:
    file = stranger / "packs" / "strange.py"
    file.write_text(PACK.replace("return self.factor * x", "return x.transpose(-1, -2)"), encoding="utf-8")
    done = examine(stranger, "--zoo-exam", "strange/scale", "-k", "shapes and not by_name")
    assert done.returncode == 1
    assert "shapes: failed: as it is: out is declared float *any dim" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [("strnge", "there is no pack 'strnge' with layers"), ("strange/scal", "did you mean 'strange/scale'?")],
)
def test_a_name_that_names_nothing_is_an_error(stranger: Path, name: str, said: str) -> None:
    done = examine(stranger, "--zoo-exam", name)
    assert done.returncode == 4
    assert said in done.stderr


def test_without_the_option_nothing_is_imported(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it():\n    assert 'torch' not in sys.modules\n", encoding="utf-8"
    )
    done = examine(tmp_path, "-q")
    assert done.returncode == 0, done.stdout
