"""Several processes share a run: the same command under torchrun, the same losses."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from lightning.fabric.strategies.ddp import DDPStrategy
from lightning.fabric.strategies.model_parallel import ModelParallelStrategy
from torch import nn

import zoo
from tests.zoo.training.helpers import TEXT
from zoo.errors import TrainingError
from zoo.training import Options
from zoo.training.checkpoint import read_checkpoint
from zoo.training.folder import LAST
from zoo.training.options import Strategy
from zoo.training.processes import Processes, arguments, check, processes
from zoo.training.sharding import _units, filled, outline

SMALL = ["--set", "dim=8", "--set", "hidden=8", "--set", "layers=1", "--set", "dropout=0"]


def losses(folder: Path) -> list[list[float]]:
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
        return [[float(row["train_loss"]), float(row["validation_loss"])] for row in csv.DictReader(file)]


TEXTS = ["--text", "text.txt", "--context", "11"]
COMMANDS = {
    "lstm": ["lstm_language_model", *TEXTS, *SMALL[:2], *SMALL[4:]],
    "sentiment": ["sentiment_classifier", "--task", "sentiment", "--with", "sentences=60", *SMALL],
    # a stack, whose layers are put together one by one, and weights that two nodes share
    "gpt": ["gpt", *TEXTS, "--set", "heads=2", "--set", "layers=2", "--set", "dim=8", "--set", "dropout=0"],
}
TOGETHER = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "strategy"),
    [("lstm", "auto"), ("sentiment", "ddp"), ("gpt", "fsdp"), ("lstm", "fsdp"), ("sentiment", "fsdp")],
)
def test_two_processes_get_the_losses_of_one(name: str, strategy: str, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")

    def run(*words: str, launcher: tuple[str, ...] = ()) -> str:
        line = [sys.executable, "-P", "-m", *launcher, "zoo", "train", *words, "--device", "cpu"]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    command = [*COMMANDS[name], "--steps", "20", "--batch", "6"]
    run(*command, "--out", "one")
    said = run(*command, "--strategy", strategy, "--out", "two", launcher=TOGETHER)
    assert said.count("the best model: two/best.safetensors") == 1
    pairs = zip(losses(tmp_path / "one"), losses(tmp_path / "two"), strict=True)
    assert all(one == pytest.approx(two, abs=2e-4) for one, two in pairs)
    one, two = (read_checkpoint(tmp_path / each, LAST) for each in ("one", "two"))
    apart = {name: float(abs(one.weights[name] - two.weights[name]).max()) for name in one.weights}
    # A bias that all keys share moves no attention: its gradient is rounding, which Adam brings to full size.
    assert {name for name, each in apart.items() if each > 1e-3 and not name.endswith("key.bias")} == set()
    for weight, moments in one.moments.items():
        others = two.moments[weight]
        assert {key: each.shape for key, each in moments.items()} == {
            key: each.shape for key, each in others.items()
        }
        assert abs(moments["exp_avg"] - others["exp_avg"]).max() < 1e-3
    assert two.header.options.strategy == strategy
    if strategy == "fsdp":  # what was in parts goes on in parts, and in one piece
        shutil.copytree(tmp_path / "two", tmp_path / "three")
        run("--resume", "two", "--steps", "25", launcher=TOGETHER)
        run("--resume", "three", "--steps", "25")
        assert losses(tmp_path / "two")[-1] == pytest.approx(losses(tmp_path / "three")[-1], abs=2e-4)
        again = [read_checkpoint(tmp_path / each, LAST).header.options for each in ("two", "three")]
        assert [each.strategy for each in again] == ["fsdp", "auto"]


def test_the_layers_of_stacks_are_put_together_one_by_one() -> None:
    model = zoo.load(zoo.registry().graphs["gpt"]).compile(vocab=5, dim=8, heads=2, layers=3, context=4)
    (stack,) = (each for each in model.modules() if isinstance(each, nn.ModuleList))
    assert _units(model) == list(stack)
    tied, other, inner = nn.Linear(3, 3), nn.Linear(3, 3), nn.ModuleList([nn.Linear(3, 3)])
    other.weight = tied.weight
    stack = nn.ModuleList([tied, nn.Sequential(nn.Tanh(), inner), nn.Tanh()])
    # the first has a weight that is another's too, the last has none, and what lies within one goes with it
    assert _units(nn.Sequential(stack, other)) == [stack[1]]
    lstm = zoo.load(zoo.registry().graphs["sentiment_classifier"]).compile(vocab=5, dim=8, hidden=4)
    assert any(isinstance(each, nn.ModuleList) for each in lstm.modules())
    assert _units(lstm) == []  # its cells are not called


def test_a_model_is_filled_from_its_outline() -> None:
    model = zoo.load(zoo.registry().graphs["gpt"]).compile(vocab=5, dim=8, heads=2, layers=1, context=4)
    empty = outline(model)
    assert {each.device.type for each in empty.parameters()} == {"meta"}
    tokens = torch.tensor([[1, 2, 3]])
    assert torch.equal(filled(empty, model).eval()(tokens), model.eval()(tokens))


def test_alone_it_is_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    assert processes() == Processes(0, 1, 1)
    with pytest.raises(TrainingError, match="torchrun --nproc-per-node 2 -m zoo train"):
        check(Options(strategy="ddp"), Processes())
    with pytest.raises(TrainingError, match="--strategy fsdp"):
        check(Options(strategy="fsdp"), Processes())


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
        (Options(batch=8, carry=True), "carried by a single process"),
        (Options(batch=8, strategy="fsdp", precision="16"), "take --precision bf16"),
    ):
        with pytest.raises(TrainingError, match=message):
            check(options, four)
    kinds: dict[Strategy, type] = {"auto": DDPStrategy, "ddp": DDPStrategy, "fsdp": ModelParallelStrategy}
    for strategy, kind in kinds.items():
        told = arguments(four, "cpu", Options(strategy=strategy))
        assert (told["devices"], told["num_nodes"]) == (2, 2)
        assert isinstance(told["strategy"], kind)
