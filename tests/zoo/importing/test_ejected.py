"""A file that was ejected comes back as the graph that it came from."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import zoo
from tests.graphs.library import graph
from zoo.cli.app import cli
from zoo.ejecting import eject
from zoo.files.hash import semantic_hash


@pytest.mark.parametrize("name", ["transformer", "encoder_classifier", "lstm_from_gates"])
def test_a_graph_comes_back_with_the_files_that_it_uses(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plain.py").write_text(eject(graph(name)), encoding="utf-8")
    done = CliRunner().invoke(cli, ["import", "plain.py"])
    assert done.exit_code == 0, done.output
    assert f"wrote {name}.yaml" in done.output
    assert "changed" not in done.output
    back = zoo.load(f"{name}.yaml")
    assert semantic_hash(back) == semantic_hash(graph(name))
    assert not [each for each in zoo.check(back) if each.severity == "error"]


def test_changes_by_hand_are_told_and_files_are_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = eject(graph("gpt")).replace("def main() -> None:", "def main() -> None:  # mine")
    Path("plain.py").write_text(text, encoding="utf-8")
    run = CliRunner()
    Path("windows.py").write_bytes(eject(graph("gpt")).replace("\n", "\r\n").encode())
    assert "was changed" not in run.invoke(cli, ["import", "windows.py"]).output  # by the ends of lines alone
    done = run.invoke(cli, ["import", "plain.py", "-o", "deep/mine.yaml"])
    assert done.exit_code == 0, done.output
    assert "the code of plain.py was changed since it was ejected" in done.output
    assert run.invoke(cli, ["import", "plain.py", "-o", "deep/mine.yaml"]).exit_code == 0  # the same again
    Path("deep/mine.yaml").write_text("mine", encoding="utf-8")
    refused = run.invoke(cli, ["import", "plain.py", "-o", "deep/mine.yaml"])
    assert refused.exit_code == 1
    assert "'deep/mine.yaml' exists already; name another place, or overwrite it" in refused.output
    assert Path("deep/mine.yaml").read_text(encoding="utf-8") == "mine"
    assert run.invoke(cli, ["import", "plain.py", "-o", "deep/mine.yaml", "--force"]).exit_code == 0
    assert zoo.load("deep/mine.yaml").name == "gpt"


def test_what_cannot_come_back_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plain.py").write_text("x = 1\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["import", "plain.py"])
    assert done.exit_code == 1
    assert "plain.py was not written by `zoo eject`" in done.output
    faulty = eject(graph("gpt")).replace("use: basic/embedding", "use: basic/embeding: no", 1)
    Path("faulty.py").write_text(faulty, encoding="utf-8")
    wrong = CliRunner().invoke(cli, ["import", "faulty.py"])
    assert wrong.exit_code == 1
    assert "faulty.py, GRAPH:" in wrong.output
    used = eject(graph("encoder_classifier")).replace("blocks.yaml", "../blocks.yaml")
    Path("plain.py").write_text(used, encoding="utf-8")
    above = CliRunner().invoke(cli, ["import", "plain.py"])
    assert above.exit_code == 1
    assert "importing writes into one folder only" in above.output
    assert not Path("encoder_classifier.yaml").exists()
