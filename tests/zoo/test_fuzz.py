"""Mutated bytes end in problems or a ZooError: never in another exception, never slowly."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.zoo.files.texts import LIBRARY
from tests.zoo.mutants import mutant
from zoo.checker import check_file
from zoo.compiler import CompiledGraph
from zoo.errors import ZooError
from zoo.files import load
from zoo.problems import Problem, has_errors

SECONDS = 10.0
"""Of computing for one file; a usual one takes a hundredth of a second."""

MEBIBYTES = 200.0
"""What the process may grow by on the way."""


def examine(path: Path) -> list[Problem] | None:
    """What is said about a file; None when it cannot be read at all."""
    try:
        problems = check_file(path)
    except ZooError:
        return None
    assert all(problem.code and problem.message and len(str(problem)) < 5000 for problem in problems)
    return problems


def build(path: Path) -> None:
    """Compile a graph that has no errors, without memory for its weights."""
    with suppress(ZooError):
        model = load(path).compile(device="meta")
        assert isinstance(model, CompiledGraph)


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Packs and torch are loaded before anything is measured."""
    build(LIBRARY[0])


def held() -> float:
    """The mebibytes that the process has held at most (macOS counts bytes, others kibibytes)."""
    if sys.platform == "win32":
        return 0.0  # nothing in the standard library knows
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2 ** (20 if sys.platform == "darwin" else 10)


def run(numbers: range, folder: Path) -> None:
    """Examine mutants, and compile every tenth of those without errors."""
    path, sound, slowest = folder / "mutant.yaml", 0, (0.0, -1)
    before = held()
    for number in numbers:
        path.write_bytes(mutant(number))
        start = time.process_time()
        try:
            problems = examine(path)
            if problems is not None and not has_errors(problems):
                sound += 1
                if sound % 10 == 1:
                    build(path)
        except Exception as error:
            error.add_note(f"mutant({number})")
            raise
        slowest = max(slowest, (time.process_time() - start, number))
    assert slowest[0] < SECONDS, f"mutant({slowest[1]}) took {slowest[0]:.1f} s"
    assert held() - before < MEBIBYTES
    assert len(numbers) / 50 < sound < len(numbers) / 2, "mutants are to be neither all sound nor all broken"


@pytest.mark.parametrize("part", range(10))
def test_mutants(part: int, tmp_path: Path) -> None:
    run(range(part * 100, part * 100 + 100), tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(1, 5))
def test_more_mutants(part: int, tmp_path: Path) -> None:
    run(range(part * 1000, part * 1000 + 1000), tmp_path)
