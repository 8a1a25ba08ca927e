"""The graphs that are spoiled are sound, and together the spoilers show every code of the checker."""

from __future__ import annotations

from typing import get_args

import pytest

from tests.zoo.checker.helpers import SEQ2SEQ, TRANSFORMER, problems
from tests.zoo.checker.spoiled.every import SPOILERS
from tests.zoo.checker.spoiled.spoiling import BLOCKS, SCAN, SMALL
from zoo.checker.findings import Code


@pytest.mark.parametrize("text", [SMALL, BLOCKS, SCAN, TRANSFORMER, SEQ2SEQ])
def test_nothing_spoiled_is_no_problem(text: str) -> None:
    assert not problems(text)


def test_every_code_is_spoiled() -> None:
    said = {problem.code for function in SPOILERS for problem in problems(function())}
    overridden = {"param-missing", "param-value"}  # test_params.py
    assert said | overridden == set(get_args(Code))
