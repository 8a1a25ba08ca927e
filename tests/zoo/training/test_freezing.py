"""Frozen parameters stay as they are, in resumed runs too; a run may begin with the weights of another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file  # pyright: ignore[reportUnknownVariableType]  # it is typed in part
from torch import nn

import zoo
from tests.zoo.training.helpers import TEXT, Recorder, job
from tests.zoo.training.test_run import SHORT, Stopper
from zoo.errors import TrainingError
from zoo.graph import Graph
from zoo.training import Options, Result, resume, train
from zoo.training.checkpoint import read_checkpoint
from zoo.training.folder import LAST
from zoo.training.loop import Loop
from zoo.training.module import Learner
from zoo.training.optimizers import moments_of
from zoo.training.pretrained import take_over
from zoo.training.processes import Processes
from zoo.training.run import perform
from zoo.training.watcher import Watcher

SMALL = """
format: zoo/1
name: small
params: {vocab: 15, dim: 5}
inputs: {tokens: int batch time}
outputs: {logits: head}
nodes:
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: $dim}, freeze: true, in: tokens}
  walk: {use: recurrent/gru, with: {hidden: 7}, in: embed}
  head: {use: basic/linear, with: {output: $vocab}, in: walk.out}
"""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    file = tmp_path / "text.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


def ran(graph: Graph | None, text: Path, out: Path, watcher: Watcher | None = None, **more: object) -> Result:
    options = Options.model_validate({**SHORT.model_dump(), "steps": 4, "clip": 0.1, "weight_decay": 0.5})
    return train(
        graph,
        text=text,
        settings={"context": 11},
        options=options,
        out=out,
        watcher=watcher,
        **more,  # pyright: ignore[reportArgumentType]  # params, pretrained
    )


def test_frozen_parameters_stay_and_a_resumed_run_is_the_unbroken_one(text: Path, tmp_path: Path) -> None:
    graph = zoo.loads(SMALL)
    straight, stopper, later = Recorder(), Stopper(2), Recorder()
    result = ran(graph, text, tmp_path / "straight", straight)
    ran(graph, text, tmp_path / "stopped", stopper)
    again = resume(tmp_path / "stopped", watcher=later)
    assert straight.steps[2:] == later.steps
    first = graph.compile(seed=SHORT.seed).state_dict()
    for each in (result.model, again.model):
        now = each.state_dict()
        assert {name for name in now if torch.equal(now[name], first[name])} == {"embed.weight"}
    assert {name.split(".")[0] for name in read_checkpoint(tmp_path / "straight", LAST).moments} == {
        "walk",
        "head",
    }
    assert straight.facts is not None
    assert straight.facts.frozen == 15 * 5


def test_the_optimizer_has_what_is_trained_alone(tmp_path: Path) -> None:
    made = job(tmp_path, SHORT)
    embed = made.model.get_submodule("embed").requires_grad_(False)
    optimizer = Loop(Learner(made.model, made.task, made.ports), SHORT, "cpu", Processes()).optimizer
    held = {id(each) for group in optimizer.param_groups for each in group["params"]}
    trained = {id(each) for each in made.model.parameters() if each.requires_grad}
    assert held == trained
    assert not held & {id(each) for each in embed.parameters()}
    assert moments_of(optimizer, made.model) == {}


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (nn.Identity(), "has no parameters"),
        (nn.Linear(2, 3).requires_grad_(False), "all 9 parameters of the graph"),
    ],
)
def test_a_run_with_nothing_to_train_is_refused(model: nn.Module, said: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=f"there is nothing to train: .*{said}"):
        perform(replace(job(tmp_path / "run", SHORT), model=model), Watcher())
    assert not (tmp_path / "run").exists()


def test_a_run_begins_with_the_weights_of_another(text: Path, tmp_path: Path) -> None:
    before = ran(zoo.loads(SMALL.replace(", freeze: true", "")), text, tmp_path / "before")
    saved = read_checkpoint(before.best)
    recorder = Recorder()
    probe = SMALL.replace("{hidden: 7}, in", "{hidden: 7}, freeze: true, in").replace("head", "read")
    # Fewer characters, and the same tokenizer.
    text.write_text(TEXT[:700].replace("cat", "dog"), encoding="utf-8")
    after = ran(zoo.loads(probe), text, tmp_path / "after", recorder, pretrained=tmp_path / "before")
    assert recorder.facts is not None
    assert recorder.facts.about[-1] == (
        f"{len(saved.weights) - 2} weights are those of {before.best}; new: read.weight, read.bias; "
        "left there: head.bias, head.weight"
    )
    weights = after.model.state_dict()
    assert {name for name in saved.weights if name in weights} == {
        n for n in weights if not n.startswith("read")
    }
    for name in weights:
        assert name.startswith("read") or torch.equal(weights[name], saved.weights[name])
    assert after.tokenizers["tokens"].to_text() == before.tokenizers["tokens"].to_text()

    further = ran(None, text, tmp_path / "further", pretrained=before.best)
    assert further.model.state_dict().keys() == saved.weights.keys()
    assert not torch.equal(further.model.state_dict()["head.weight"], saved.weights["head.weight"])


def test_a_run_begins_with_a_file_of_weights_alone(text: Path, tmp_path: Path) -> None:
    graph, file, recorder = zoo.loads(SMALL), tmp_path / "small.safetensors", Recorder()
    table = torch.ones(15, 5)
    save_file({"embed.weight": table}, file)
    result = ran(graph, text, tmp_path / "run", recorder, pretrained=file)
    assert torch.equal(result.model.state_dict()["embed.weight"], table)  # it is frozen
    assert recorder.facts is not None
    assert recorder.facts.about[-1].startswith(f"1 weights are those of {file}; new: walk.")
    with pytest.raises(TrainingError, match="holds weights alone; name the graph that they are for"):
        ran(None, text, tmp_path / "none", pretrained=file)


def test_weights_that_do_not_fit_are_refused(text: Path, tmp_path: Path) -> None:
    graph = zoo.loads(SMALL)
    saved = read_checkpoint(ran(graph, text, tmp_path / "before").best)
    with pytest.raises(
        TrainingError, match=r"'embed.weight' is 15 × 5 in .* and 15 × 3 in the model; give both"
    ):
        take_over(graph.compile(dim=3), saved)
    with pytest.raises(
        TrainingError, match=r"no weight of .* has a name that the model knows: there are embed"
    ):
        take_over(nn.Linear(2, 3), saved)
