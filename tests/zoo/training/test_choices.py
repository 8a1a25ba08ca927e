"""What may be chosen about a run: each choice does what it says, and a stopped run goes on with it."""

import math
import re
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import zoo
from tests.zoo.training.helpers import TEXT, Recorder, job
from tests.zoo.training.test_run import SHORT, Stopper, same, weights
from zoo.compiler.exhausted import lacks_memory
from zoo.errors import TrainingError
from zoo.tasks import Batch, find_ports, find_task
from zoo.training import Options, resume, train
from zoo.training.checkpoint import read_checkpoint
from zoo.training.diagnosis import at_work, loss_not_finite
from zoo.training.folder import LAST
from zoo.training.run import perform
from zoo.training.watcher import Watcher

CARRYING = """
format: zoo/1
name: carrying
params: {vocab: 15}
inputs: {tokens: int batch time, h: optional float batch 1 7}
outputs: {logits: logits, h: gru.h}
nodes:
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: 5}, in: tokens}
  gru: {use: recurrent/gru, with: {hidden: 7}, in: {x: embed, h: h}}
  drop: {use: basic/dropout, with: {p: 0.2}, in: gru.out}
  logits: {use: basic/linear, with: {output: $vocab}, in: drop}
"""
BREAKING = """
format: zoo/1
name: breaking
params: {vocab: 15}
inputs: {tokens: int batch time}
outputs: {logits: logits, loss_size: loss_size}
nodes:
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: 5}, in: tokens}
  logits: {use: basic/linear, with: {output: $vocab}, in: embed}
  mean: {use: basic/mean_pool, in: embed}
  loss_size: {use: basic/select, with: {index: 0}, in: mean}    # batch dim: one feature of each sequence
"""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    file = tmp_path / "text.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "choices",
    [
        {"optimizer": "sgd", "schedule": "constant", "warm_up": 3},
        {"optimizer": "adam", "schedule": "noam", "warm_up": 5, "clip": None},
        {"accumulate": 3},
        {"carry": True, "batch": 4, "accumulate": 2, "precision": "bf16"},
    ],
    ids=lambda choices: next(iter(choices)) + str(next(iter(choices.values()))),
)
def test_the_next_losses_after_a_resumption_are_those_of_the_unbroken_run(
    choices: dict[str, object], text: Path, tmp_path: Path
) -> None:
    options = Options.model_validate({**SHORT.model_dump(), "steps": 26, **choices})
    graph = zoo.loads(CARRYING)

    def run(out: str, watcher: Watcher) -> None:
        train(
            graph, text=text, settings={"context": 11}, options=options, out=tmp_path / out, watcher=watcher
        )

    straight, stopper, later = Recorder(), Stopper(6), Recorder()
    run("straight", straight)
    run("stopped", stopper)
    resume(tmp_path / "stopped", watcher=later)
    assert len(later.steps) == 20
    assert stopper.steps + later.steps == straight.steps
    ends = [read_checkpoint(tmp_path / name, LAST) for name in ("straight", "stopped")]
    assert same(ends[0].weights, ends[1].weights)
    assert same(ends[0].states, ends[1].states)
    assert bool(ends[0].states) == options.carry


def test_accumulated_batches_are_one_large_batch(tmp_path: Path) -> None:
    """Without dropout, three batches of two are a batch of six, as windows follow each other."""
    found: list[dict[str, Tensor]] = []
    for number, choices in enumerate(({"batch": 6}, {"batch": 2, "accumulate": 3})):
        begun = job(tmp_path / str(number), Options.model_validate({"steps": 5, **choices}))
        begun.model.drop.p = 0.0  # pyright: ignore[reportAttributeAccessIssue,reportArgumentType] - the test's own module
        found.append(weights(perform(begun, Watcher()).model))
    assert all(torch.allclose(found[0][name], found[1][name], atol=1e-4) for name in found[0])


def test_a_state_goes_from_batch_to_batch(text: Path, tmp_path: Path) -> None:
    """What was carried to the end is what the model makes of all that it has read, as one sequence."""
    graph, options = zoo.loads(CARRYING), Options(steps=4, batch=2, carry=True, learning_rate=1e-12)
    result = train(graph, text=text, settings={"context": 11}, options=options, out=tmp_path / "out")
    tokens = result.tokenizers["tokens"].encode(TEXT[: len(TEXT) - len(TEXT) // 10])
    length = (len(tokens) - 1) // 2
    rows = torch.stack([tokens[: 4 * 11], tokens[length : length + 4 * 11]])
    with torch.no_grad():
        whole = result.model(rows).h
    assert torch.allclose(read_checkpoint(tmp_path / "out", LAST).states["h"], whole, atol=1e-5)


def test_carrying_needs_a_pair_of_ports(text: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="as an optional input and as an output of the same name"):
        train("gpt", text=text, options=Options(steps=2, carry=True), out=tmp_path / "out")
    options = Options(steps=2, carry=True, batch=2, measurements=1)
    train("gru_language_model", text=text, params={"dim": 4}, options=options, out=tmp_path / "out")
    assert read_checkpoint(tmp_path / "out", LAST).states["memory"].shape == (2, 2, 4)


def test_patience_ends_a_run_that_learns_nothing_more(tmp_path: Path) -> None:
    options = Options(steps=40, measurements=20, patience=2, optimizer="sgd", learning_rate=1e-9, batch=2)
    broken = job(tmp_path, options)

    class Worse(Recorder):
        def at_step(self, step: int) -> None:
            with torch.no_grad():
                for parameter in broken.model.parameters():
                    parameter.mul_(1.5)

    recorder = Worse()
    result = perform(broken, recorder)
    assert result.step == 6
    assert not result.interrupted
    assert [moment.step for moment in recorder.moments] == [2, 4, 6]
    assert read_checkpoint(tmp_path).header.step == 2
    assert result.ended_early


def test_a_run_that_lost_patience_goes_on_when_asked(text: Path, tmp_path: Path) -> None:
    options = Options(steps=9, measurements=9, patience=2, optimizer="sgd", learning_rate=1e-30, batch=2)
    params = {"dim": 3, "hidden": 5}
    first = train("rnn_language_model", text=text, params=params, options=options, out=tmp_path / "out")
    assert (first.step, first.ended_early) == (3, True)  # nothing is learned, so that only the first is lower
    second = resume(first.out)
    assert (second.step, second.ended_early) == (5, True)


def test_the_share_of_clipped_steps_is_told(tmp_path: Path) -> None:
    shares: list[set[float]] = []
    for number, clip in enumerate((1e-6, 1e6)):
        recorder = Recorder()
        perform(job(tmp_path / str(number), SHORT.model_copy(update={"clip": clip})), recorder)
        shares.append({moment.clipped for moment in recorder.moments})
    assert shares == [{1.0}, {0.0}]
    assert "clipped" in (tmp_path / "0" / "metrics.csv").read_text("utf-8")


def test_curves_are_written_for_tensorboard(tmp_path: Path) -> None:
    perform(job(tmp_path, SHORT.model_copy(update={"tensorboard": True})), Watcher())
    (events,) = (tmp_path / "tensorboard").glob("events*")
    assert b"validation_loss" in events.read_bytes()


def test_a_loss_of_the_graph_is_trained_and_not_measured(text: Path, tmp_path: Path) -> None:
    """It is the mean of a feature, which gets ever smaller where it is trained."""
    ends: list[float] = []
    for number, name in enumerate(("loss_size", "size")):
        changed = zoo.loads(BREAKING.replace("loss_size: loss_size", f"{name}: loss_size"))
        options = Options(steps=20, batch=4, learning_rate=0.1)
        result = train(
            changed, text=text, settings={"context": 11}, options=options, out=tmp_path / str(number)
        )
        with torch.no_grad():
            outputs = result.model(torch.arange(15)[None])
        ends.append(float(getattr(outputs, name)))
        assert result.validation_loss < 4
    assert ends[0] < ends[1] - 0.5


@pytest.mark.parametrize(
    ("node", "value", "message"),
    [
        ("logits", math.nan, r"the weights of the node 'logits' \(.*:9:\d+\) are no longer finite"),
        ("logits", 1e38, r"the first value that is not finite came out of the node 'logits' \(.*:9:\d+\)"),
    ],
)
def test_the_node_is_named_that_a_nan_came_from(node: str, value: float, message: str) -> None:
    graph = zoo.loads(BREAKING)
    model = graph.compile(seed=0)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        parameters[f"{node}.weight"].fill_(value)
        parameters["embed.weight"].fill_(9.0)
    ports = find_ports(find_task("language_modelling"), graph, "language_modelling")
    batch = Batch({"tokens": torch.zeros(2, 3, dtype=torch.int64)}, torch.zeros(2, 3, dtype=torch.int64))
    error = loss_not_finite(model, ports, batch, math.nan)
    assert re.fullmatch(message, error.where)


def test_the_node_is_named_that_ran_out_of_memory() -> None:
    error = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
    assert lacks_memory(error)
    assert at_work(error, nn.Identity(), None) == ""
    error.add_note("in the node 'encoder.0' (a.yaml:3:5)")
    assert at_work(error, nn.Identity(), None) == " in the node 'encoder.0' (a.yaml:3:5)"
    assert not lacks_memory(RuntimeError("another one"))
