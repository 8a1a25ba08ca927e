"""Lightning's Trainer, configured so that it only takes the steps."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import lightning.pytorch as pl

from zoo.tasks import Batch, Data
from zoo.training.keeper import Keeper
from zoo.training.options import Options
from zoo.training.processes import Processes, arguments

_PRECISION = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}


def make_trainer(options: Options, device: str, keeper: Keeper, among: Processes) -> pl.Trainer:
    """A Trainer without a limit of its own: the keeper stops it, measures, saves and reports."""
    return pl.Trainer(
        accelerator=device,
        precision=_PRECISION[options.precision],  # pyright: ignore[reportArgumentType] - a word that Lightning knows
        max_epochs=-1,
        gradient_clip_val=options.clip,
        accumulate_grad_batches=options.accumulate,
        callbacks=[keeper],
        # The keeper does all of these, by steps and across resumptions.
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        **arguments(among, device, options),
    )


@dataclass(frozen=True, slots=True)
class Stream:
    """The endless training batches, starting at a number, as an iterable for Lightning."""

    data: Data
    first: int
    among: Processes

    def __iter__(self) -> Iterator[Batch]:
        number, among = self.first, self.among
        while True:
            batch = self.data.batch(number)
            yield batch if among.world == 1 else batch.part(among.rank, among.world)
            number += 1


@contextmanager
def quiet_lightning() -> Generator[None]:
    """Suppress Lightning's hints, which address authors of training scripts."""
    loggers = [logging.getLogger(f"lightning.{part}") for part in ("pytorch", "fabric")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # Lightning 2.6 uses a name that torch 2.13 has deprecated.
        warnings.filterwarnings("ignore", ".*LeafSpec", FutureWarning)
        # About in-place operations on a model's outputs; losses do not use any.
        warnings.filterwarnings("ignore", "FSDP2-wrapped module .* returned a view", UserWarning)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
