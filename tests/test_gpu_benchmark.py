"""The script for people with a GPU runs where there is none, as far as that goes."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

import zoo


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parents[1] / "benchmarks"), *sys.path])
    return import_module("gpu")


def test_training_is_measured_and_the_rest_says_why_not(
    script: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = ["--size", "tiny", "--eager", "--batch", "2", "--repeats", "2", "--peak", "1"]
    script.main(["--device", "cpu", *tiny])
    told = capsys.readouterr().out
    rows = [line.split() for line in told.splitlines() if line.startswith(("zoo ", "by hand "))]
    ours, theirs = (float(row[-1]) for row in rows)
    assert ours == pytest.approx(theirs, abs=2e-3)  # losses in bfloat16, after the same steps
    assert "%" in told
    for part in ("lstm", "generate", "graphs"):
        assert f"{part}: left out, for it is about a GPU" in told


def test_a_step_in_place_goes_on_as_a_stream_does(script: Any) -> None:
    model = zoo.load(zoo.registry().graphs["lstm_language_model"]).compile(seed=0).eval()
    with torch.no_grad():
        stream = other = model.stream(batch=1)
        for token in torch.arange(3).unsqueeze(1):
            expected, other = other.step(token)
            torch.testing.assert_close(script.in_place(stream, token), expected)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    script.main([])
    assert "PyTorch finds no GPU" in capsys.readouterr().out
