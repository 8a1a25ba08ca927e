"""A run: it learns, it can be stopped and goes on bit for bit, and it never keeps broken weights."""

import csv
import math
import os
import random
import re
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from tests.zoo.training.helpers import TEXT, Recorder, Recurrent, job
from zoo.errors import CheckpointError, TrainingError
from zoo.training.checkpoint import Checkpoint, read_checkpoint
from zoo.training.folder import BEST, LAST, METRICS
from zoo.training.job import Job
from zoo.training.keeper import Keeper
from zoo.training.module import measure
from zoo.training.options import Options
from zoo.training.run import perform
from zoo.training.schedule import Average, Clock
from zoo.training.watcher import Moment, Watcher

SHORT = Options(steps=20, batch=3, learning_rate=0.03)


def weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def gone_on(path: Path, out: Path, saved: Checkpoint | None = None) -> Job:
    """A job that goes on where a checkpoint left."""
    saved = saved or read_checkpoint(path, LAST)
    fresh = job(out, saved.header.options)
    fresh.model.load_state_dict(saved.weights)
    options = saved.header.options
    clock = Clock(options.steps, options.minutes, saved.header.step, saved.header.seconds)
    return replace(
        fresh,
        header=saved.header,
        document=saved.document,
        clock=clock,
        moments=saved.moments,
        states=saved.states,
    )


def test_it_learns_and_beats_the_bigram_model(tmp_path: Path) -> None:
    recorder = Recorder()
    result = perform(job(tmp_path, Options(steps=120, batch=6, learning_rate=0.03)), recorder)
    assert result.baseline is not None
    assert result.validation_loss < 0.5 * result.baseline.loss
    assert recorder.facts is not None
    assert recorder.facts.parameters == sum(p.numel() for p in Recurrent(len(set(TEXT))).parameters())
    assert f"{len(TEXT) // 10} more are held back" in recorder.facts.about[1]
    assert [step for step, _ in recorder.steps] == list(range(1, 121))
    assert [moment.step for moment in recorder.moments] == list(range(12, 121, 12))
    assert recorder.moments[-1].validation_loss == result.validation_loss
    assert recorder.ends == 1
    with (tmp_path / METRICS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(12, 121, 12))
    assert float(rows[-1]["validation_loss"]) == pytest.approx(result.validation_loss, abs=1e-6)


def test_the_same_seed_is_the_same_run_and_the_worlds_randomness_is_left_alone(tmp_path: Path) -> None:
    torch.manual_seed(77)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    before, plain = torch.get_rng_state(), random.getstate()
    first = perform(job(tmp_path / "a", SHORT), Watcher())
    assert torch.equal(torch.get_rng_state(), before)
    assert random.getstate() == plain
    torch.rand(3)
    second = perform(job(tmp_path / "b", SHORT), Watcher())
    assert same(weights(first.model), weights(second.model))
    other = perform(job(tmp_path / "c", SHORT.model_copy(update={"seed": 1})), Watcher())
    assert not same(weights(first.model), weights(other.model))


class Stopper(Recorder):
    """Presses Ctrl-C at a step."""

    def __init__(self, step: int, times: int = 1) -> None:
        super().__init__()
        self.step, self.times = step, times

    def at_step(self, step: int) -> None:
        if step == self.step:
            for _ in range(self.times):
                os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("step", [1, 7, 19])
def test_a_run_that_was_stopped_goes_on_bit_for_bit(tmp_path: Path, step: int) -> None:
    watched, later = Recorder(), Recorder()
    straight = perform(job(tmp_path / "straight", SHORT), watched)
    handler = signal.getsignal(signal.SIGINT)
    stopper = Stopper(step)
    stopped = perform(job(tmp_path / "run", SHORT), stopper)
    assert stopped.interrupted
    assert stopped.step == step
    assert stopper.interruptions == 1
    assert signal.getsignal(signal.SIGINT) is handler
    assert not same(weights(stopped.model), weights(straight.model))

    went_on = perform(gone_on(tmp_path / "run", tmp_path / "run"), later)
    assert stopper.steps + later.steps == watched.steps
    assert not went_on.interrupted
    assert went_on.step == 20
    assert same(weights(went_on.model), weights(straight.model))
    assert went_on.validation_loss == straight.validation_loss
    ends = [read_checkpoint(tmp_path / name, LAST) for name in ("straight", "run")]
    for name in ends[0].moments:
        assert same(ends[0].moments[name], ends[1].moments[name])


def test_the_optimizers_state_matters(tmp_path: Path) -> None:
    """What the test above proves could not be had without it."""
    straight = perform(job(tmp_path / "straight", SHORT), Watcher())
    perform(job(tmp_path / "run", SHORT), Stopper(7))
    again = gone_on(tmp_path / "run", tmp_path / "run")
    forgetful = perform(replace(again, moments=None), Watcher())
    assert not same(weights(forgetful.model), weights(straight.model))


def test_a_second_interrupt_stops_at_once(tmp_path: Path) -> None:
    handler = signal.getsignal(signal.SIGINT)
    recorder = Stopper(5, times=2)
    with pytest.raises(KeyboardInterrupt):
        perform(job(tmp_path, SHORT), recorder)
    assert signal.getsignal(signal.SIGINT) is handler
    assert recorder.ends == 1
    assert read_checkpoint(tmp_path, LAST).header.step == 4  # of the last measurement, whole


def test_minutes_end_a_run(tmp_path: Path) -> None:
    began = time.monotonic()
    result = perform(job(tmp_path, Options(minutes=0.02, batch=2)), Watcher())
    assert time.monotonic() - began >= 1.2  # of which a busy machine may save what was measured for long
    assert result.seconds < 30
    assert not result.interrupted
    assert result.step > 0  # how many they are is the machine's matter


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_what_was_good(tmp_path: Path) -> None:
    broken = job(tmp_path, SHORT)

    class Spoiler(Recorder):
        def at_step(self, step: int) -> None:
            if step == 11:
                with torch.no_grad():
                    next(iter(broken.model.parameters())).fill_(math.nan)

    recorder = Spoiler()
    with pytest.raises(
        TrainingError,
        match=r"training loss became nan at step 12: the weights of the module 'embed' are .* below 0\.03",
    ) as caught:
        perform(broken, recorder)
    assert "--lr" in str(caught.value)
    assert recorder.ends == 1
    saved = read_checkpoint(tmp_path, LAST)
    assert saved.header.step == 10
    assert all(bool(tensor.isfinite().all()) for tensor in saved.weights.values())


def test_weights_that_are_broken_only_on_validation_are_not_kept_either(tmp_path: Path) -> None:
    class Late(Recurrent):
        def forward(self, tokens: Tensor) -> Tensor:
            return super().forward(tokens) * (1 if self.training else math.inf)

    broken = job(tmp_path, SHORT)
    with pytest.raises(TrainingError, match="the validation loss became nan at step 2"):
        perform(replace(broken, model=Late(len(set(TEXT)))), Watcher())
    assert list(tmp_path.iterdir()) == []  # and no lock is left behind


def test_the_best_is_kept_beside_the_last(tmp_path: Path) -> None:
    spoilt = job(tmp_path, Options(steps=40, batch=3, learning_rate=0.03))

    class Spoiler(Recorder):
        def at_step(self, step: int) -> None:
            if step == 37:
                with torch.no_grad():
                    for parameter in spoilt.model.parameters():
                        parameter.mul_(-1)

    recorder = Spoiler()
    result = perform(spoilt, recorder)
    best, last = read_checkpoint(result.best), read_checkpoint(result.last)
    lowest = min(recorder.moments, key=lambda moment: moment.validation_loss)
    assert best.header.step == lowest.step < last.header.step == 40
    assert (
        best.header.validation_loss
        == best.header.best_loss
        == last.header.best_loss
        == lowest.validation_loss
    )
    assert not best.moments
    assert last.moments.keys() == dict(result.model.named_parameters()).keys()
    model = Recurrent(len(set(TEXT)))
    model.load_state_dict(best.weights)
    fresh = job(tmp_path, SHORT)
    again = measure(model, fresh.task, fresh.ports, fresh.data.validation(), torch.device("cpu"))
    assert again["loss"] == lowest.validation_loss


def test_a_full_disk_is_a_sentence_and_the_last_checkpoint_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import safetensors.torch

    whole = safetensors.torch.save_file  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType] - it is typed in part
    calls: list[str] = []

    def full(tensors: dict[str, Tensor], filename: Path, metadata: dict[str, str]) -> None:
        calls.append(filename.name)
        if len(calls) > 4:  # two measurements, two files each
            filename.write_bytes(b"half of it")
            raise OSError(28, "No space left on device")
        whole(tensors, filename, metadata)

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(CheckpointError, match=r"cannot write the checkpoint .*No space left on device"):
        perform(job(tmp_path, SHORT), Watcher())
    assert {path.name for path in tmp_path.iterdir()} == {BEST, LAST, METRICS}
    assert read_checkpoint(tmp_path, LAST).header.step == 4


@pytest.mark.parametrize("precision", ["bf16", "32"])
def test_gradients_are_clipped(tmp_path: Path, precision: str) -> None:
    """Far below the epsilon of AdamW a gradient moves next to nothing."""
    moved: list[float] = []
    for clip in (1e-13, 1.0):
        options = SHORT.model_copy(update={"clip": clip, "weight_decay": 0.0, "precision": precision})
        begun = job(tmp_path / str(clip), options)
        before = weights(begun.model)
        after = weights(perform(begun, Watcher()).model)
        moved.append(max(float((after[name] - before[name]).abs().max()) for name in before))
    assert moved[0] < 1e-4
    assert moved[1] > 1e-1


@pytest.mark.parametrize("precision", ["bf16", "32"])
def test_precisions(tmp_path: Path, precision: str) -> None:
    result = perform(job(tmp_path, SHORT.model_copy(update={"precision": precision})), Watcher())
    assert result.validation_loss < 3
    assert all(tensor.dtype == torch.float32 for tensor in result.model.parameters())


def test_devices_and_precisions_that_are_not_there() -> None:
    from zoo.training.device import device_for

    assert device_for("cpu") == "cpu"
    assert device_for("cpu", "bf16") == "cpu"
    with pytest.raises(TrainingError, match="precision 16 needs a GPU"):
        device_for("cpu", "16")
    if not torch.cuda.is_available():
        assert device_for("auto") == "cpu"
        with pytest.raises(TrainingError, match="no CUDA device"):
            device_for("cuda")


@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_a_polite_kill_or_a_closed_terminal_saves_too(tmp_path: Path, number: str) -> None:
    class Killed(Recorder):
        def at_step(self, step: int) -> None:
            if step == 3:
                for _ in range(2):  # a closed terminal says it twice
                    os.kill(os.getpid(), getattr(signal, number))

    watcher = Killed()
    result = perform(job(tmp_path, SHORT), watcher)
    assert result.interrupted
    assert watcher.interruptions == 0
    assert read_checkpoint(tmp_path, LAST).header.step == 3
    assert signal.getsignal(getattr(signal, number)) == signal.SIG_DFL


def test_what_is_to_be_ignored_is_ignored(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup has it
    try:

        class Killed(Recorder):
            def at_step(self, step: int) -> None:
                os.kill(os.getpid(), signal.SIGHUP)

        assert perform(job(tmp_path, SHORT), Killed()).step == 20
    finally:
        signal.signal(signal.SIGHUP, before)


def test_too_large_a_batch_is_a_sentence(tmp_path: Path) -> None:
    class Greedy(Recurrent):
        def forward(self, tokens: Tensor) -> Tensor:
            return super().forward(tokens) + torch.empty(2**60)

    greedy = job(tmp_path, SHORT)
    message = "a batch of 3 is too much for the memory of this machine.*; take a smaller --batch"
    with pytest.raises(TrainingError, match=message):
        perform(replace(greedy, model=Greedy(len(set(TEXT)))), Watcher())


class Broken(nn.Module):
    """Like Recurrent, with a part whose gradient at the step ``at`` is what ``backward`` makes of it."""

    def __init__(self, backward: Callable[[Tensor], Tensor], at: int) -> None:
        super().__init__()
        self.whole, self.part, self.calls = Recurrent(len(set(TEXT))), nn.Identity(), 0
        apply = cast("Callable[..., Tensor]", cast(Any, _Spoilt).apply)  # torch types it in part

        def spoil(_: nn.Module, __: Any, x: Tensor) -> Tensor:
            return apply(x, self, backward, at)

        self.part.register_forward_hook(spoil)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.part(self.whole(tokens))


class _Spoilt(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, model: Broken, backward: Callable[[Tensor], Tensor], at: int) -> Tensor:
        ctx.model, ctx.spoil, ctx.at = model, backward, at
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        ctx.model.calls += 1
        spoil = ctx.model.calls >= ctx.at
        return ctx.spoil(gradients[0]) if spoil else gradients[0], None, None, None


def divided_by_zero(gradient: Tensor) -> Tensor:
    return gradient / 0


def too_large(gradient: Tensor) -> Tensor:
    return gradient + torch.empty(2**60)


@pytest.mark.parametrize(
    ("backward", "message"),
    [
        (
            divided_by_zero,
            "gradient that is not finite came out of the module 'part': what it sends to its inputs, so",
        ),
        (
            too_large,
            "too much for the memory of this machine on the way back through the module 'part'; take",
        ),
    ],
    ids=["not finite", "memory"],
)
def test_what_breaks_on_the_way_back_is_named_and_not_taken_in(
    backward: Callable[[Tensor], Tensor], message: str, tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match=re.escape(message)) as caught:
        perform(replace(job(tmp_path, SHORT), model=Broken(backward, at=12)), Watcher())
    assert str(caught.value).endswith("what was saved at step 10 is good")
    saved = read_checkpoint(tmp_path, LAST)
    assert saved.header.step == 10
    assert all(bool(tensor.isfinite().all()) for tensor in saved.weights.values())


def test_the_variables_of_a_cluster_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SLURM_NTASKS": "4", "SLURM_JOB_NAME": "mine", "SLURM_PROCID": "0"}.items():
        monkeypatch.setenv(name, value)
    assert perform(job(tmp_path, SHORT), Watcher()).step == 20


def test_the_training_loss_is_smoothed() -> None:
    """The mean of the first twenty, then an average that forgets the old."""
    average = Average()
    for loss in range(1, 21):
        average.take(loss)
    assert average.value == pytest.approx(10.5)
    for _ in range(100):
        average.take(3.0)
    assert average.value == pytest.approx(3.0, abs=0.05)


def test_a_watcher_may_have_the_model_write_without_a_trace_in_the_run(tmp_path: Path) -> None:
    written: list[str] = []

    class Reader(Recorder):
        def measured(self, moment: Moment) -> None:
            super().measured(moment)
            assert moment.sample is not None
            pieces = moment.sample(9)
            written.append("".join(islice(pieces, 5 if len(written) % 2 else None)))
            pieces.close()

    plain, reader = Recorder(), Reader()
    first = perform(job(tmp_path / "a", SHORT), plain)
    second = perform(job(tmp_path / "b", SHORT), reader)
    assert same(weights(first.model), weights(second.model))
    assert plain.steps == reader.steps
    assert [len(text) for text in written] == [9, 5] * 5
    assert set("".join(written)) <= set(TEXT)


def test_a_loss_that_a_gpu_reads_late_points_to_the_cpu() -> None:
    def save(_: Moment, __: Keeper) -> None:
        raise AssertionError

    keeper = Keeper(Clock(9, None, step=4), Average(), Watcher(), SHORT, dict, save)
    with pytest.raises(TrainingError, match=r"became nan at step 4: the node .* on the CPU \(--device cpu\)"):
        keeper.read(math.nan)
