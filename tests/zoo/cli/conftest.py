"""Running commands in this process, as a person would type them."""

import shlex
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from zoo.cli.app import cli


@pytest.fixture
def zoo_() -> Callable[..., Result]:
    """``zoo_("check gpt --json")``: what the command printed, and its exit code."""

    def run(line: str, *more: str) -> Result:
        result = CliRunner().invoke(cli, [*shlex.split(line), *more], prog_name="zoo")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
