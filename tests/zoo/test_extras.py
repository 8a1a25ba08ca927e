"""The command that installs an extra fits the way in which the package was installed."""

import json
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from zoo import extras


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        (None, 'pip install "layerzoo[gui]"'),
        (
            {"url": Path("/home/a b").as_uri(), "dir_info": {"editable": True}},
            f'pip install -e "{Path("/home/a b")}[gui]"',
        ),
        ({"url": Path("/home/zoo").as_uri(), "dir_info": {}}, f'pip install "{Path("/home/zoo")}[gui]"'),
        (
            {"url": "https://git.org/zoo.git", "vcs_info": {"vcs": "git"}},
            'pip install "layerzoo[gui] @ git+https://git.org/zoo.git"',
        ),
        (
            {"url": "file:///tmp/layerzoo.whl", "archive_info": {}},
            'pip install "layerzoo[gui] @ file:///tmp/layerzoo.whl"',
        ),
    ],
    ids=["index", "editable", "folder", "repository", "wheel"],
)
def test_the_command_says_where_the_package_came_from(
    origin: dict[str, Any] | None, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Installed:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return None if origin is None else json.dumps(origin)

    monkeypatch.setattr(extras, "distribution", lambda name: Installed())  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType] - of a str
    assert extras.command("gui") == command


def test_a_package_that_is_not_installed_comes_from_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(extras, "distribution", missing)
    assert extras.command("gui") == 'pip install "layerzoo[gui]"'
