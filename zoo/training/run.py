"""Running a job: the loop takes the steps, the keeper measures and saves."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from traceback import clear_frames

import torch
from torch import nn

from zoo.compiler.exhausted import lacks_memory
from zoo.errors import TrainingError
from zoo.training.curves import Curves
from zoo.training.decode import DEFAULT, beginning, continue_text
from zoo.training.device import device_for
from zoo.training.diagnosis import NotANumber, at_work
from zoo.training.folder import METRICS, held
from zoo.training.job import Job, Result
from zoo.training.keeper import Keeper
from zoo.training.loop import Loop, quiet_fabric
from zoo.training.metrics import forget_after
from zoo.training.module import Learner
from zoo.training.optimizers import trained
from zoo.training.processes import Processes, check, processes
from zoo.training.saving import save
from zoo.training.schedule import Average
from zoo.training.sharding import filled, outline
from zoo.training.watcher import Facts, Watcher

LARGEST_EXPONENT = 700.0
"""Losses are limited to this before exponentiation, which would overflow."""


def perform(job: Job, watcher: Watcher) -> Result:
    """Run a job to its limit, or until Ctrl-C.

    Raises TrainingError when the loss is not finite or memory runs out, for a model without trainable
    parameters, and for a folder that cannot be written to.
    """
    among, options = processes(), job.header.options
    check(options, among)
    device = device_for(options.device, options.precision)
    if not trained(job.model):
        numbers = sum(each.numel() for each in job.model.parameters())
        raise TrainingError(
            f"there is nothing to train: all {numbers:,} parameters of the graph '{job.name}' are frozen; "
            "take 'freeze' out of a node that shall learn"
            if numbers
            else f"there is nothing to train: the graph '{job.name}' has no parameters"
        )
    with held(job.out) if among.writes else nullcontext():
        if among.writes:
            forget_after(job.out / METRICS, job.clock.step)
        return _perform(job, watcher if among.writes else Watcher(), device, among)


def _perform(job: Job, watcher: Watcher, device: str, among: Processes) -> Result:
    header, options = job.header, job.header.options
    unsharded = outline(job.model) if among.shards(options) else None
    learner = Learner(job.model.train(), job.task, job.ports, job.states, carry=options.carry, among=among)
    curves = Curves(job.out) if options.tensorboard and among.writes else None
    try:
        watcher.prepared(_facts(job, device), job.clock)
        # The global random state is restored afterwards.
        with quiet_fabric(), torch.random.fork_rng([0] if device == "cuda" else []):  # pyright: ignore[reportUnknownMemberType] - torch types it in part
            loop = Loop(learner, options, device, among, job.moments, header.scaler)
            keeper = _keeper(job, loop, watcher, among, curves)
            with keeper.minding_interrupts(), _diagnosing(loop, keeper, device):
                loop.run(job.data, keeper)
    finally:
        watcher.ended()
        if curves is not None:
            curves.close()
    model = job.model if unsharded is None else filled(unsharded, job.model)
    return _result(job, keeper, model.eval())


def _keeper(job: Job, loop: Loop, watcher: Watcher, among: Processes, curves: Curves | None) -> Keeper:
    """What measures and saves, with the progress of a resumed run."""
    header = job.header
    return Keeper(
        job.clock,
        Average() if header.train_loss is None else Average(header.train_loss, header.readings),
        watcher,
        loop.options,
        measure=lambda: _measure(job, loop),
        save=lambda moment, keeper: save(job, loop, keeper, moment, curves),
        among=among,
        best=header.best_loss,
        idle=header.idle,
        sample=None if among.shards(loop.options) else _writer(job),
    )


@contextmanager
def _diagnosing(loop: Loop, keeper: Keeper, device: str) -> Generator[None]:
    """Name the node and the remedy when a loss is not finite, and when memory runs out."""
    try:
        yield
    except NotANumber as error:
        raise keeper.broken(error) from None
    except (RuntimeError, MemoryError) as error:
        if not lacks_memory(error):
            raise
        clear_frames(error.__traceback__)  # which keep the step's tensors alive
        where = at_work(error, loop.learner.model, loop.learner.once_more)
        raise TrainingError(
            f"a batch of {loop.options.batch} is too much for the memory of this "
            f"{'GPU' if device == 'cuda' else 'machine'}{where}; take a smaller --batch (with "
            f"--accumulate), shorter examples, or --precision bf16{keeper.kept}"
        ) from None


def _result(job: Job, keeper: Keeper, model: nn.Module) -> Result:
    header, last = job.header, keeper.last
    assert last is not None, "the last step is always measured"
    return Result(
        model=model,
        tokenizers=header.made(),
        task=header.task,
        unit=header.unit,
        step=last.step,
        seconds=last.seconds,
        train_loss=last.train_loss,
        validation_loss=last.validation_loss,
        metrics=dict(last.metrics),
        baseline=header.baseline,
        interrupted=not job.clock.done and not keeper.weary,
        out=job.out,
        tells=keeper.writes,
        ended_early=keeper.weary and not job.clock.done,
    )


def _facts(job: Job, device: str) -> Facts:
    return Facts(
        graph=job.name,
        task=job.header.task,
        parameters=sum(parameter.numel() for parameter in job.model.parameters()),
        frozen=sum(each.numel() for each in job.model.parameters() if not each.requires_grad),
        about=job.data.about,
        unit=job.header.unit,
        baseline=job.header.baseline,
        device=device,
        out=job.out,
        context=job.data.context,
    )


def _writer(job: Job) -> Callable[[int], Generator[str]] | None:
    """Generates a number of tokens with the current weights; None for tasks that do not continue a prompt."""
    decoding = job.task.decoding
    if decoding is None or decoding.start:
        return None
    vocabulary = job.data.tokenizers[decoding.tokenizer]

    def write(length: int) -> Generator[str]:
        written = continue_text(
            job.model,
            vocabulary,
            beginning(vocabulary),
            length=length,
            context=job.data.context,
            sampling=DEFAULT,
            tokens=job.ports.inputs[decoding.target],
            logits=job.ports.outputs[decoding.scores],
        )
        return written.pieces

    return write


def _measure(job: Job, loop: Loop) -> dict[str, float]:
    measured = loop.measure(job.data)
    if job.task.perplexity:
        measured["perplexity"] = math.exp(min(measured["loss"], LARGEST_EXPONENT))
    return measured
