"""``docs/exam.md`` lists the checks that there are, in their own words; its commands exist."""

import re
import shlex
from pathlib import Path

import click
import pytest

from zoo.cli.app import cli
from zoo.testing import CHECKS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "exam.md").read_text(encoding="utf-8")


def test_every_check_is_listed_in_its_own_words() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert rows[: len(CHECKS)] == [(check.name, plain(check.about)) for check in CHECKS]


def plain(about: str) -> str:
    """A docstring's line as Markdown."""
    return about.replace("``", "`")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_says_in_one_line_what_holds(check: object) -> None:
    about = str(getattr(check, "about", ""))
    assert "\n" not in about
    assert about.endswith(".")


@pytest.mark.parametrize("line", re.findall(r"^(zoo .*?)(?: +#.*)?$", PAGE, re.MULTILINE))
def test_commands_exist_and_take_their_options(line: str) -> None:
    name, *arguments = shlex.split(line)[1:]
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    command.make_context(name, arguments, resilient_parsing=True)
