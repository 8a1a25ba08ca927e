"""Several processes share a run: the same command under torchrun, the same losses."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from tests.zoo.training.helpers import TEXT
from zoo.errors import TrainingError
from zoo.training import Options
from zoo.training.checkpoint import read_checkpoint
from zoo.training.processes import Processes, arguments, check, processes

SMALL = ["--set", "dim=8", "--set", "hidden=8", "--set", "layers=1", "--set", "dropout=0"]


def losses(folder: Path) -> list[list[float]]:
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
        return [[float(row["train_loss"]), float(row["validation_loss"])] for row in csv.DictReader(file)]


@pytest.mark.long
@pytest.mark.parametrize("task", ["language_modelling", "sentiment"])
def test_two_processes_get_the_losses_of_one(task: str, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    data = (
        ["--text", "text.txt", "--context", "11"]
        if task == "language_modelling"
        else ["--with", "sentences=60"]
    )
    graph = "lstm_language_model" if task == "language_modelling" else "sentiment_classifier"
    params = SMALL if task == "sentiment" else [*SMALL[:2], *SMALL[4:]]
    command = ["train", graph, "--task", task, *data, *params, "--steps", "20", "--batch", "6"]

    def run(out: str, *more: str, launcher: tuple[str, ...] = ()) -> None:
        line = [
            sys.executable,
            "-P",
            "-m",
            *launcher,
            "zoo",
            *command,
            "--device",
            "cpu",
            "--out",
            out,
            *more,
        ]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    together = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")
    run("one")
    run("two", launcher=together)
    pairs = zip(losses(tmp_path / "one"), losses(tmp_path / "two"), strict=True)
    assert all(one == pytest.approx(two, abs=2e-4) for one, two in pairs)
    one, two = (read_checkpoint(tmp_path / name) for name in ("one", "two"))
    assert all(abs(one.weights[name] - two.weights[name]).max() < 1e-3 for name in one.weights)
    assert two.header.options.strategy == "auto"


def test_alone_it_is_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    assert processes() == Processes(0, 1, 1)
    with pytest.raises(TrainingError, match="torchrun --nproc-per-node 2 -m zoo train"):
        check(Options(strategy="ddp"), Processes())


def test_what_several_processes_cannot_share_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TORCHELASTIC_RUN_ID": "x",
        "RANK": "3",
        "WORLD_SIZE": "4",
        "LOCAL_WORLD_SIZE": "2",
    }.items():
        monkeypatch.setenv(name, value)
    four = processes()
    assert four == Processes(3, 4, 2)
    assert not four.writes
    check(Options(batch=8), four)
    for options, message in (
        (Options(batch=6), "take --batch 8"),
        (Options(batch=8, minutes=1.0), "cannot end by --minutes"),
        (Options(batch=8, carry=True), "carried by one process alone"),
    ):
        with pytest.raises(TrainingError, match=message):
            check(options, four)
    told = arguments(four, "cpu")
    assert (told["devices"], told["num_nodes"]) == (2, 2)
