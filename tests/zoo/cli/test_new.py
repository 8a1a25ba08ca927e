"""``zoo new``: what it writes is whole, passes the examination, and nothing is overwritten."""

import os
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import zoo
from tests import installed
from zoo.packs import load_packs
from zoo.testing import check_layer

Run = Callable[..., Result]


def test_a_new_layer_passes_the_examination(zoo_: Run, tmp_path: Path) -> None:
    result = zoo_("new layer mine/soft_sign --to", str(tmp_path))
    assert result.exit_code == 0
    assert f"zoo --plugins {tmp_path} exam mine/soft_sign" in result.output
    registry = load_packs(plugins=[tmp_path])
    assert "soft_sign" not in registry.broken
    spec = registry.layers["mine/soft_sign"]
    assert spec.cls.__name__ == "SoftSign"
    check_layer(spec, slow=False).raise_if_failed()


def test_a_new_pack_has_everything(zoo_: Run, tmp_path: Path) -> None:
    result = zoo_("new pack my_acme --to", str(tmp_path / "there"))
    assert result.exit_code == 0, result.output
    root = tmp_path / "there"
    written = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert written == {
        ".github/workflows/test.yml",
        ".gitignore",
        "README.md",
        "pyproject.toml",
        "tests/test_pack.py",
        "zoo_my_acme/__init__.py",
        "zoo_my_acme/graphs/my_acme_example.yaml",
        "zoo_my_acme/py.typed",
        "zoo_my_acme/softsign.py",
    }
    assert not [path for path in written if "{{" in (root / path).read_text(encoding="utf-8")]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "zoo-my-acme"
    assert project["entry-points"] == {"zoo": {"my_acme": "zoo_my_acme"}}
    assert zoo.load(root / "zoo_my_acme" / "graphs" / "my_acme_example.yaml").name == "my_acme_example"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("new pack basic", "a name names one pack, and 'basic' is that of layerzoo"),
        ("new pack My-Pack", "lower-case letters, digits and underscores, and 'My-Pack' is not"),
        ("new layer softsign", "write for example mine/softsign"),
        ("new layer mine/Soft", "lower-case letters, digits and underscores, and 'Soft' is not"),
    ],
)
def test_names_are_checked_before_anything_is_written(
    zoo_: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = zoo_(line)
    assert result.exit_code == 1
    assert said in result.stderr
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_over(zoo_: Run, tmp_path: Path) -> None:
    (tmp_path / "soft.py").write_text("mine", encoding="utf-8")
    assert "soft.py' exists" in zoo_("new layer mine/soft --to", str(tmp_path)).stderr
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    assert "README.md' exists" in zoo_("new pack acme --to", str(tmp_path)).stderr
    assert {path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"mine"}
    assert zoo_("new pack acme --force --to", str(tmp_path)).exit_code == 0
    assert (tmp_path / "README.md").read_text(encoding="utf-8") != "mine"


@pytest.mark.long
def test_a_new_pack_is_built_installed_and_examined_in_an_environment_of_its_own(
    zoo_: Run, tmp_path: Path
) -> None:
    zoo_("new pack acme --to", str(tmp_path / "zoo-acme"))
    environment = tmp_path / "environment"
    installed.make(environment)
    python = environment / "bin" / "python"
    installed.pip(
        str(python), "install", "--no-deps", "--no-index", "--no-build-isolation", str(tmp_path / "zoo-acme")
    )
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ZOO"))}

    def run(*command: str) -> str:
        done = subprocess.run(
            [str(python), *command],
            cwd=tmp_path / "zoo-acme",
            env=plain,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "2 passed" in run("-P", "-m", "pytest", "-q")
    assert "acme/softsign: " in run("-P", "-m", "zoo", "exam", "acme", "--quick")
    assert "acme_example" in run("-P", "-m", "zoo", "graphs")
    assert "PASSED" in run("-P", "-m", "pytest", "-v", "--zoo-exam", "acme", "-k", "gradcheck")
