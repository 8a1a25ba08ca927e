"""What docs/tasks.md shows is run: its pack is loaded, its task trained."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zoo.cli.app import cli
from zoo.packs import install, load_packs, registry
from zoo.tasks import find_task, tasks

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "tasks.md").read_text(encoding="utf-8")


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "parities.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    before = install(load_packs(plugins=[tmp_path / "packs"]))
    yield tmp_path
    install(before)


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def test_a_strangers_task_is_listed_told_and_trained(pack: Path) -> None:
    assert not registry().problems
    assert "Is the number of ones among some bits odd?" in run("tasks").output
    told = run("tasks", "parity").output
    assert re.search(r"^length +integer +8 +how many bits$", told, re.MULTILINE)
    small = ["--set", "dim=8", "--set", "hidden=8", "--set", "layers=1"]
    done = run("train", "--task", "parity", *small, "--with", "length=3", "--steps", "2", "--out", "out")
    assert re.search(r"^validation 0\.\d+ nats, accuracy 0\.\d+$", done.output, re.MULTILINE)
    assert done.output.endswith("; measure it on other data with: zoo evaluate out --with NAME=VALUE\n")
    assert Path("out/best.safetensors").exists()
    assert run("train", "--resume", "out", "--steps", "3").exit_code == 0


def test_every_attribute_of_a_task_is_told() -> None:
    task = find_task("language_modelling")
    ports = ("feeds", "reads", "one_of", "future", "decoding")
    for name in ("kind", "graph", *ports, "data", "loss", "read", "measure"):
        assert hasattr(task, name)
        assert f"`{name}" in PAGE


@pytest.mark.parametrize("name", tasks())
def test_every_task_is_shown(name: str) -> None:
    assert find_task(name).graph in run("tasks", name).output
