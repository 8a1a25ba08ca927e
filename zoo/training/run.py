"""Running a job: Lightning's Trainer takes the steps, the keeper measures and saves, a result comes out."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import lightning.pytorch as pl
import torch

from zoo.compiler.exhausted import lacks_memory
from zoo.errors import TrainingError
from zoo.tasks import Batch, Data
from zoo.training.curves import Curves
from zoo.training.decode import DEFAULT, beginning, continue_text
from zoo.training.device import device_for
from zoo.training.diagnosis import NotANumber, at_work
from zoo.training.folder import METRICS, held
from zoo.training.job import Job, Result
from zoo.training.keeper import Keeper
from zoo.training.metrics import forget_after
from zoo.training.module import Learner
from zoo.training.optimizers import trained
from zoo.training.processes import Processes, arguments, check, processes
from zoo.training.saving import save
from zoo.training.schedule import Average
from zoo.training.sharding import filled, outline
from zoo.training.watcher import Facts, Watcher

LARGEST_EXPONENT = 700.0
"""A perplexity beyond e to this is as good as any."""
_PRECISION = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}


def perform(job: Job, watcher: Watcher) -> Result:
    """Run a job to its limit, or until Ctrl-C. Raises TrainingError when the loss is no longer a number, for
    a model without anything to train, and for a folder that cannot be written to.
    """
    among = processes()
    check(job.header.options, among)
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
        return _perform(job, watcher if among.writes else Watcher(), among)


def _perform(job: Job, watcher: Watcher, among: Processes) -> Result:
    header, clock, options = job.header, job.clock, job.header.options
    device = device_for(options.device, options.precision)
    unsharded = outline(job.model) if among.shards(options) else None
    learner = Learner(job.model.train(), job.task, job.ports, options, job.moments, job.states, among)
    average = Average(header.train_loss, header.readings) if header.train_loss is not None else Average()
    curves = Curves(job.out) if options.tensorboard and among.writes else None
    keeper = Keeper(
        clock,
        average,
        watcher,
        learner,
        measure=lambda: _measure(job, learner),
        save=lambda moment, keeper: save(job, learner, keeper, moment, curves),
        among=among,
        best=header.best_loss,
        idle=header.idle,
        sample=_writer(job) if unsharded is None else None,
    )
    try:
        watcher.prepared(_facts(job, device), clock)
        with (
            _quiet_lightning(),
            torch.random.fork_rng([0] if device == "cuda" else []),  # pyright: ignore[reportUnknownMemberType] - torch types it in part
            keeper.minding_interrupts(),
        ):
            trainer = pl.Trainer(
                accelerator=device,
                precision=_PRECISION[options.precision],  # pyright: ignore[reportArgumentType] - a word that Lightning knows
                max_epochs=-1,
                gradient_clip_val=options.clip,
                accumulate_grad_batches=options.accumulate,
                callbacks=[keeper],
                # All of these the keeper does, by steps and across resumptions.
                logger=False,
                enable_checkpointing=False,
                enable_progress_bar=False,
                enable_model_summary=False,
                **arguments(among, device, options),
            )
            if header.scaler:
                trainer.precision_plugin.load_state_dict(header.scaler)
            trainer.fit(learner, train_dataloaders=_Stream(job.data, clock.step * options.accumulate, among))
    except SystemExit:
        if keeper.stopping:  # Lightning's answer to a second Ctrl-C
            raise KeyboardInterrupt from None
        raise
    except NotANumber as error:
        raise keeper.broken(error) from None
    except (RuntimeError, MemoryError) as error:
        if not lacks_memory(error):
            raise
        raise TrainingError(
            f"a batch of {options.batch} is too much for the memory of this "
            f"{'GPU' if device == 'cuda' else 'machine'}{at_work(error)}; take a smaller --batch (with "
            f"--accumulate), shorter examples, or --precision bf16{keeper.kept}"
        ) from None
    finally:
        watcher.ended()
        if curves is not None:
            curves.close()
    last = keeper.last
    assert last is not None, "the last step is always measured"
    return Result(
        model=(job.model if unsharded is None else filled(unsharded, job.model)).eval(),
        tokenizers=header.made(),
        task=header.task,
        unit=header.unit,
        step=last.step,
        seconds=last.seconds,
        train_loss=last.train_loss,
        validation_loss=last.validation_loss,
        metrics=dict(last.metrics),
        baseline=header.baseline,
        interrupted=not clock.done and not keeper.weary,
        out=job.out,
        tells=among.writes,
    )


@dataclass(frozen=True, slots=True)
class _Stream:
    """The training batches from a number on, without end, in the form that Lightning iterates."""

    data: Data
    first: int
    among: Processes

    def __iter__(self) -> Iterator[Batch]:
        number, among = self.first, self.among
        while True:
            batch = self.data.batch(number)
            yield batch if among.world == 1 else batch.part(among.rank, among.world)
            number += 1


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
    """Has the model write so many tokens as it is now; None for a task whose models do not write on."""
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


def _measure(job: Job, learner: Learner) -> dict[str, float]:
    with learner.trainer.precision_plugin.forward_context():  # pyright: ignore[reportUnknownMemberType] - Lightning types it in part
        measured = learner.measure(job.data.validation())
    if job.task.perplexity:
        measured["perplexity"] = math.exp(min(measured["loss"], LARGEST_EXPONENT))
    return measured


@contextmanager
def _quiet_lightning() -> Generator[None]:
    """Keep Lightning's hints to authors of training scripts from people who did not write one."""
    loggers = [logging.getLogger(f"lightning.{part}") for part in ("pytorch", "fabric")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # Lightning 2.6 uses a name that torch 2.13 has deprecated.
        warnings.filterwarnings("ignore", ".*LeafSpec", FutureWarning)
        # Of in-place operations on what a model gives; a loss has none.
        warnings.filterwarnings("ignore", "FSDP2-wrapped module .* returned a view", UserWarning)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
