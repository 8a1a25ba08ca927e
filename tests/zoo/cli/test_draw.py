"""``zoo draw`` where the editor's extra is not installed."""

from collections.abc import Callable

import pytest
from click.testing import Result

from zoo.extras import command


def test_without_qt_the_extra_is_named(zoo_: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        return None

    monkeypatch.setattr("importlib.util.find_spec", nothing)
    result = zoo_("draw gpt -o gpt.svg")
    assert result.exit_code == 1
    assert command("gui") in result.stderr
