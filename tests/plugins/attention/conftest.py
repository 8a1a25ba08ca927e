"""Every test of attention runs twice: as on the CPU, and as where values cannot be looked at."""

import pytest
from torch import Tensor

import zoo_attention.padding
import zoo_attention.permission


def nothing_seen(_x: Tensor, _fact: object) -> bool:
    return False


@pytest.fixture(params=[True, False], ids=["looking", "blind"], autouse=True)
def _looking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs twice: as on the CPU, and as where values cannot be looked at."""
    if not request.param:
        for module in (zoo_attention.padding, zoo_attention.permission):
            monkeypatch.setattr(module, "seen", nothing_seen)
