"""Tasks by name: those that keep the contract; what is said of the others, and of wrong settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from zoo.cli.app import cli
from zoo.errors import PackError, TrainingError
from zoo.packs import install, load_packs
from zoo.tasks import broken_tasks, find_task, make_task, tasks
from zoo.values import Typed

PACK = """
from typing import ClassVar
import zoo
from zoo.tasks import Task

class Half(Task):
    '''Only half of a task.'''
    kind: ClassVar[str] = "many-to-one"
    feeds: ClassVar[dict[str, str]] = {"x": "flaot batch"}
    reads: ClassVar[dict[str, str]] = {}
    def loss(self, outputs, batch): ...

class Misspelt(Half):
    '''Its port has no type.'''
    graph: ClassVar[str] = "gpt"
    def data(self, plan): ...

@zoo.hookimpl
def zoo_tasks():
    return {"number": int, "half": Half, "misspelt": Misspelt}
"""


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "odd.py").write_text(PACK, encoding="utf-8")
    before = install(load_packs(plugins=[tmp_path]))
    yield
    install(before)


@pytest.mark.usefixtures("broken")
def test_what_is_no_task_is_told_and_harms_no_other() -> None:
    assert {*broken_tasks()} == {"number", "half", "misspelt"}
    assert "language_modelling" in tasks()
    for name, message in (
        ("number", "a task is a class of zoo.tasks.Task, and 'number' is <class 'int'>"),
        ("half", r"'half' \(Half\) lacks graph, data"),
        ("misspelt", "has a port `flaot batch`: .*did you mean 'float'"),
    ):
        with pytest.raises(PackError, match=message):
            find_task(name)
    done = CliRunner().invoke(cli, ["tasks"])
    assert done.exit_code == 1
    assert "language_modelling" in done.output
    assert done.output.count("error: ") == 3


def test_an_unknown_task_or_setting_is_named() -> None:
    with pytest.raises(TrainingError, match=r"no task 'ading' \(did you mean 'adding'\?\)"):
        find_task("ading")
    with pytest.raises(
        TrainingError, match=r"no setting 'lenght' \(did you mean 'length'\?\); it has length"
    ):
        make_task("adding", {"lenght": 3})
    with pytest.raises(TrainingError, match=r"'adding' is refused: 'length' is an integer .*, got 'long'"):
        make_task("adding", {"length": "long"})


def test_a_setting_that_is_a_text_is_taken_as_it_was_typed() -> None:
    typed = {"text": "0", "label": "1e3", "file": "~/2025", "lowercase": "false", "size": "9"}
    task = make_task("sentiment", {name: Typed(value) for name, value in typed.items()})
    expected = {"text": "0", "label": "1e3", "file": str(Path.home() / "2025"), "lowercase": False, "size": 9}
    assert task.model_dump(exclude_defaults=True) == expected
    assert {type(value) for value in task.model_dump().values()} == {str, bool, int, float, type(None)}
    assert make_task("sentiment", {"file": Typed("~")}) == make_task("sentiment", {})
    for setting, value, message in (
        ("size", "1_000", "'sentiment' is refused: .*write 1000"),
        ("lowercase", "yes", "'lowercase' is true or false, got 'yes'"),
        ("level", "7", "'level' is .*, got '7'"),
    ):
        with pytest.raises(TrainingError, match=message):
            make_task("sentiment", {setting: Typed(value)})
    with pytest.raises(TrainingError, match="got 2025"):
        make_task("captioning", {"folder": 2025})  # as in Python or unquoted in a file
