"""What is spoiled is sound, and it is spoiled in many ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.spoiled import test_file, test_names, test_repeats, test_scans, test_settings, test_wires
from tests.zoo.spoiled.spoiling import SEQ2SEQ, TRANSFORMER
from zoo.checker import check_file


@pytest.mark.parametrize("text", [SEQ2SEQ, TRANSFORMER])
def test_nothing_spoiled_is_no_problem(text: str, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(text, encoding="utf-8")
    assert not check_file(path)


def test_there_are_many_ways_to_spoil_a_graph() -> None:
    modules = (test_file, test_names, test_repeats, test_scans, test_settings, test_wires)
    spoilers = [spoiler for module in modules for spoiler in module.spoiler.values()]
    assert len(spoilers) >= 120
    assert len([spoiler for spoiler in spoilers if not spoiler.also]) >= 110
