"""``zoo exam``: verdicts as a table, as lines, as JSON, and an exit code."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from tests.zoo.testing.faulty import pages, values
from zoo import packs
from zoo.packs import Registry

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _lab(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry.of(values.WrongBackward, values.Transposed, pages.Exempt)
    monkeypatch.setattr(packs, "registry", lambda: registry)
    monkeypatch.setattr("zoo.testing.naming.registry", lambda: registry)


def test_one_layer_is_a_table_of_all_checks(zoo_: Run) -> None:
    result = zoo_("exam faulty/backward --quick")
    assert result.exit_code == 1
    rows = {words[0]: words for line in result.output.splitlines() if (words := line.split())}
    assert rows["gradcheck"][1] == "failed"
    assert rows["shapes"][1] == "passed"
    assert rows["padding"][1:3] == ["not", "applicable"]
    assert "exports" not in rows
    assert "numerical" in " ".join(rows["gradcheck"])


def test_several_layers_are_a_line_each(zoo_: Run) -> None:
    result = zoo_("exam faulty --quick")
    assert result.exit_code == 1
    assert "failed  faulty/backward: " in result.output
    assert "ok      faulty/exempt: " in result.output
    assert "1 of 3 layers passed" in result.output


def test_a_layer_that_passes_ends_well(zoo_: Run) -> None:
    result = zoo_("exam faulty/exempt --quick")
    assert result.exit_code == 0
    assert "the layer says: it compares the rows of a batch" in result.output


def test_one_check_as_json(zoo_: Run) -> None:
    result = zoo_("exam faulty/transposed --check shapes --json")
    assert result.exit_code == 1
    ((report,),) = [json.loads(result.output)]
    assert report["layer"] == "faulty/transposed"
    assert [each["check"] for each in report["checks"]] == ["shapes"]
    assert report["checks"][0]["verdict"] == "failed"
    assert not report["passed"]


def test_checks_none_of_which_applies_are_no_examination(zoo_: Run) -> None:
    result = zoo_("exam faulty/backward --check padding")
    assert result.exit_code == 1
    assert "of 1 none applied" in result.output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("exam nothing", "there is no pack 'nothing' with layers"),
        ("exam faulty/backwrd", "did you mean 'faulty/backward'?"),
        ("exam faulty --check paddin", "there is no check 'paddin' (did you mean 'padding'?)"),
    ],
)
def test_a_name_that_names_nothing_is_told(zoo_: Run, line: str, said: str) -> None:
    result = zoo_(line)
    assert result.exit_code == 1
    assert said in result.stderr
