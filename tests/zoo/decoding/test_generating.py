"""``zoo generate``: several prompts, several texts for each, as they would be written alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zoo.cli.app import cli
from zoo.training import Options, generate, train
from zoo.training.decode import DEFAULT


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run that has learned nothing."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "text.txt").write_text("the cat sat on the mat\n" * 40, encoding="utf-8")
    options = Options(steps=1, batch=2, measurements=1)
    settings = {"text": str(folder / "text.txt"), "context": 8}
    task = "language_modelling"
    return str(
        train("gru_language_model", task=task, settings=settings, options=options, out=folder / "run").out
    )


def asked(run: str, *options: str) -> Result:
    return CliRunner().invoke(cli, ["generate", run, "--length", "12", "--device", "cpu", *options])


def test_each_text_is_what_its_seed_writes_alone(run: str, tmp_path: Path) -> None:
    texts = [
        generate(run, prompt, length=12, sampling=DEFAULT, seed=5 + number, device="cpu")
        for number, prompt in enumerate(("the ", "the ", "mat", "mat"))
    ]
    asks = ("--prompt", "the ", "--prompt", "mat", "--samples", "2", "--seed", "5")
    done = asked(run, *asks)
    assert done.stdout == "\n---\n".join(texts) + "\n"
    assert done.stderr.count("step lowering") == 1
    prompts, out = tmp_path / "prompts.txt", tmp_path / "texts.json"
    prompts.write_text("the \n\nmat\n", encoding="utf-8")
    assert not asked(run, "--prompts", str(prompts), *asks[4:], "--json", "-o", str(out)).stdout
    found = json.loads(out.read_text(encoding="utf-8"))
    assert [each["text"] for each in found] == texts
    assert [each["prompt"] for each in found] == ["the ", "the ", "mat", "mat"]


def test_what_cannot_be_asked_for_is_told_before_anything_is_written(run: str, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("the\nXYZ\n", encoding="utf-8")
    for options, said in (
        (("--prompt", "the", "--prompts", str(prompts)), "give either --prompt or --prompts"),
        (("--prompts", str(prompts)), "never seen 'X'"),
        (("--prompt", ""), "a prompt must have a character"),
        (("--samples", "0"), "at least 1"),
    ):
        done = asked(run, *options)
        assert done.exit_code != 0
        assert (said in done.stderr, done.stdout) == (True, ""), done.output
