"""A run is evaluated as it was measured in training, on its data and on others; what it writes is judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.plugins.tasks.test_translation import PAIRS
from zoo.cli.app import cli
from zoo.decoding import Beam
from zoo.errors import CheckpointError
from zoo.tasks.tokenizers import END
from zoo.training import Options, Result, evaluate, train


def table(path: Path, pairs: list[tuple[str, str]]) -> str:
    path.write_text(
        "".join(f"{one}\t{other}\n" for one, other in [("source", "target"), *pairs]), encoding="utf-8"
    )
    return str(path)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A run that has learned little."""
    folder = tmp_path_factory.mktemp("runs")
    return train(
        "seq2seq_additive",
        task="translation",
        settings={"file": table(folder / "pairs.tsv", PAIRS), "level": "words"},
        params={"dim": 16, "attention": 8},
        options=Options(steps=20, batch=3, learning_rate=1e-2, measurements=1, device="cpu"),
        out=folder / "run",
    )


def test_it_is_measured_as_in_training(run: Result) -> None:
    found = evaluate(run.out, search=Beam(END, 2, 8), device="cpu")
    assert found.measured["loss"] == pytest.approx(run.validation_loss, abs=1e-6)
    assert {name: found.measured[name] for name in run.metrics} == pytest.approx(dict(run.metrics), abs=1e-6)
    assert len(found.written) == len(found.references) == round(len(PAIRS) / 10)
    # The numbers that are held back are words that it does not know, and it is given no credit for them.
    assert {*found.references} == {"die Zahl <unk>"}
    assert (found.task, found.step, found.unit) == ("translation", 20, run.unit)


def test_other_data_are_measured_with_its_words(run: Result, tmp_path: Path) -> None:
    same = table(tmp_path / "same.tsv", PAIRS[:1] * 40)
    found = evaluate(run.out, settings={"file": same}, texts=3, search=Beam(END, 2, 8), device="cpu")
    assert found.references == (PAIRS[0][1],) * 3
    assert found.measured["loss"] != pytest.approx(run.validation_loss, abs=1e-3)


def test_the_command_prints_the_figures(run: Result) -> None:
    asked = ["evaluate", str(run.out), "--beam", "2", "--longest", "8", "--device", "cpu"]
    done = CliRunner().invoke(cli, asked)
    assert done.exit_code == 0, done.output
    assert f"loss        {run.validation_loss:.3f} nats = " in done.stdout
    for word in ("perplexity", "accuracy", "BLEU", "chrF2", "version:", "exact matches: "):
        assert word in done.stdout
    found: Any = json.loads(CliRunner().invoke(cli, [*asked, "--json"]).stdout)
    assert found["measured"]["loss"] == pytest.approx(run.validation_loss, abs=1e-6)
    assert [score["name"] for score in found["scores"]] == ["BLEU", "chrF2"]
    assert 0 <= found["right"] <= 1
    silent: Any = json.loads(CliRunner().invoke(cli, [*asked, "--json", "--texts", "0"]).stdout)
    assert "scores" not in silent


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint"):
        evaluate(tmp_path / "none")
