"""Running a job: Lightning's Trainer takes the steps, the keeper measures and saves, a result comes out."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import lightning.pytorch as pl
import torch
from lightning.fabric.plugins.environments.lightning import LightningEnvironment
from torch import Tensor, nn

from zoo.errors import TrainingError
from zoo.training.checkpoint import Checkpoint, Document, Header, write_checkpoint
from zoo.training.device import device_for
from zoo.training.folder import BEST, LAST, METRICS, held
from zoo.training.keeper import Keeper
from zoo.training.metrics import forget_after, note
from zoo.training.module import LanguageModelling, mean_loss, moments
from zoo.training.schedule import Average, Clock
from zoo.training.vocabulary import Vocabulary
from zoo.training.watcher import Facts, Moment, Watcher
from zoo.training.windows import Batch, Split, TrainingWindows, validation_windows

_PRECISION = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}
MEASURED_AT_ONCE = 2048
"""Characters of the validation part that the model scores together, or as many as in a training batch."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that a run needs: what learns, what from, how far it is, and where it is kept."""

    name: str
    model: nn.Module
    header: Header
    document: Document
    text: str
    parts: Split
    clock: Clock
    moments: dict[str, dict[str, Tensor]] | None
    out: Path


@dataclass(frozen=True, slots=True)
class Result:
    """A finished or interrupted run. Losses are in nats a character, measured after the last step."""

    model: nn.Module
    vocabulary: Vocabulary
    step: int
    seconds: float
    train_loss: float
    validation_loss: float
    bigram_loss: float
    interrupted: bool
    out: Path

    @property
    def best(self) -> Path:
        """The checkpoint with the lowest validation loss."""
        return self.out / BEST

    @property
    def last(self) -> Path:
        """The checkpoint to resume from."""
        return self.out / LAST


def perform(job: Job, watcher: Watcher) -> Result:
    """Run a job to its limit, or until Ctrl-C. Raises TrainingError when the loss is no longer a number, and
    for a folder that cannot be written to.
    """
    with held(job.out):
        forget_after(job.out / METRICS, job.clock.step)
        return _perform(job, watcher)


def _perform(job: Job, watcher: Watcher) -> Result:
    header, clock, options = job.header, job.clock, job.header.options
    device = device_for(options.device, options.precision)
    windows = TrainingWindows(job.parts.train, header.context, options.batch, options.seed)
    module = LanguageModelling(job.model.train(), options, job.moments)
    average = Average(header.train_loss, header.readings) if header.train_loss is not None else Average()

    def save(moment: Moment) -> None:
        _save(job, module, moment, average.count)

    keeper = Keeper(clock, average, watcher, options, lambda: _measure(job, module), save)
    try:
        watcher.prepared(_facts(job, device), clock)
        with (
            _quiet_lightning(),
            torch.random.fork_rng([0] if device == "cuda" else []),  # pyright: ignore[reportUnknownMemberType] - torch types it in part
            keeper.minding_interrupts(),
        ):
            trainer = pl.Trainer(
                accelerator=device,
                devices=1,
                precision=_PRECISION[options.precision],  # pyright: ignore[reportArgumentType] - a word that Lightning knows
                max_epochs=-1,
                gradient_clip_val=options.clip,
                callbacks=[keeper],
                plugins=[LightningEnvironment()],  # one process, also where a cluster's variables stand about
                # All of these the keeper does, by steps and across resumptions.
                logger=False,
                enable_checkpointing=False,
                enable_progress_bar=False,
                enable_model_summary=False,
            )
            if header.scaler:
                trainer.precision_plugin.load_state_dict(header.scaler)
            trainer.fit(module, train_dataloaders=_Stream(windows, clock.step))
    except SystemExit:
        if keeper.stopping:  # Lightning's answer to a second Ctrl-C
            raise KeyboardInterrupt from None
        raise
    except (RuntimeError, MemoryError) as error:
        if not _lacks_memory(error):
            raise
        raise TrainingError(
            f"{options.batch} windows of {header.context} characters a step are too much for the memory of "
            f"this {'GPU' if device == 'cuda' else 'machine'}; take a smaller --batch or --context, or "
            "--precision bf16"
        ) from None
    finally:
        watcher.ended()
    last = keeper.last
    assert last is not None, "the last step is always measured"
    return Result(
        model=job.model.eval(),
        vocabulary=Vocabulary(header.characters),
        step=last.step,
        seconds=last.seconds,
        train_loss=last.train_loss,
        validation_loss=last.validation_loss,
        bigram_loss=header.bigram_loss,
        interrupted=not clock.done,
        out=job.out,
    )


def _lacks_memory(error: Exception) -> bool:
    # On the CPU torch has no exception of its own for it.
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "allocate memory" in str(error)


@dataclass(frozen=True, slots=True)
class _Stream:
    """The training batches from a step on, in the form that Lightning iterates."""

    windows: TrainingWindows
    first: int

    def __iter__(self) -> Iterator[Batch]:
        return self.windows.since(self.first)


def _facts(job: Job, device: str) -> Facts:
    return Facts(
        graph=job.name,
        parameters=sum(parameter.numel() for parameter in job.model.parameters()),
        vocabulary=len(job.header.characters),
        context=job.header.context,
        text=job.text,
        train_characters=len(job.parts.train),
        validation_characters=len(job.parts.validation),
        bigram_loss=job.header.bigram_loss,
        device=device,
        out=job.out,
    )


def _measure(job: Job, module: LanguageModelling) -> float:
    # Without gradients a batch may be larger than one of training: small ones only cost time.
    batch = max(job.header.options.batch, MEASURED_AT_ONCE // job.header.context)
    windows = validation_windows(job.parts.validation, job.header.context, batch)
    with module.trainer.precision_plugin.forward_context():  # pyright: ignore[reportUnknownMemberType] - Lightning types it in part
        return mean_loss(job.model, windows, module.device)


def _save(job: Job, module: LanguageModelling, moment: Moment, readings: int) -> None:
    best = job.header.best_loss is None or moment.validation_loss < job.header.best_loss
    job.header.step, job.header.seconds = moment.step, moment.seconds
    job.header.train_loss, job.header.readings = moment.train_loss, readings
    job.header.validation_loss = moment.validation_loss
    job.header.scaler = module.trainer.precision_plugin.state_dict()
    if best:
        job.header.best_loss = moment.validation_loss
    weights = module.model.state_dict()
    state = moments(module.trainer.optimizers[0], module.model)
    # The one to resume from comes last: whenever a kill comes, what stands beside it is not older.
    if best:
        write_checkpoint(job.out / BEST, Checkpoint(job.header, job.document, weights, {}))
    note(job.out / METRICS, moment)
    write_checkpoint(job.out / LAST, Checkpoint(job.header, job.document, weights, state))


@contextmanager
def _quiet_lightning() -> Generator[None]:
    """Keep Lightning's hints to authors of training scripts from people who did not write one."""
    logger = logging.getLogger("lightning.pytorch")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # Lightning 2.6 uses a name that torch 2.13 has deprecated.
        warnings.filterwarnings("ignore", ".*LeafSpec", FutureWarning)
        try:
            yield
        finally:
            logger.setLevel(level)
