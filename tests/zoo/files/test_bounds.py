"""Texts that were made to take all time and memory get neither."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.zoo.files.hostile import hostile
from zoo.files import dumps, read
from zoo.files.report import MOST
from zoo.files.text import LARGEST

SMALL = hostile(15_000)


@pytest.mark.parametrize("name", SMALL)
def test_a_hostile_text_is_read_in_no_time(name: str) -> None:
    start = time.process_time()
    reading = read(SMALL[name])
    assert len(reading.problems) <= MOST + 1
    assert dumps(reading.graph) == SMALL[name]
    # a hundredth of it with libyaml; what is quadratic takes minutes
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    "name", ["nodes", "keys", "comments", "a question before many keys", "a text of many lines"]
)
def test_time_grows_with_the_text_and_not_faster(name: str, parser: str) -> None:
    def seconds(size: int) -> float:
        text = hostile(size)[name]
        spent: list[float] = []
        for _ in range(3):
            start = time.process_time()
            read(text)
            spent.append(time.process_time() - start)
        return min(spent)

    size = 40_000 if parser == "libyaml" else 8_000
    assert seconds(4 * size) < 8 * seconds(size) + 0.05


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory as Linux has them")
def test_hostile_texts_as_large_as_files_may_be(parser: str) -> None:
    if parser == "libyaml":
        program = Path(__file__).with_name("hostile.py")
        subprocess.run([sys.executable, str(program), str(LARGEST - 1000)], check=True, timeout=800)
