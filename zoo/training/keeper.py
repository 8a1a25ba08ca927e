"""What happens around a step: seed and learning rate before it; count, measuring and saving after it.

Everything random in step n is drawn from a seed made of the run's seed and n (the data's order is, too), so
the state of a run is its weights, its optimizer and n, and a resumed run is bit for bit the run that was
never stopped.
"""

# ruff: noqa: ARG002  # Lightning says what a callback is called with

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor

from zoo.compiler.seeds import seed_of
from zoo.errors import TrainingError
from zoo.training.options import Options
from zoo.training.schedule import Average, Clock, learning_rate
from zoo.training.watcher import Moment, Watcher

MEASUREMENTS = 10
"""How often a run is measured and saved, evenly over its length."""
LONGEST_UNSAVED = 600.0
"""Seconds after which it is measured and saved in any case."""
READ_EVERY = 10
"""Steps between two looks at the loss of a GPU, each of which waits for it."""
STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""What ends a run whole and saved: Ctrl-C, a polite kill, a terminal that was closed."""


class Keeper(pl.Callback):
    """Keeps a run on its path: one object that Lightning calls before and after every step."""

    def __init__(
        self,
        clock: Clock,
        average: Average,
        watcher: Watcher,
        options: Options,
        measure: Callable[[], float],
        save: Callable[[Moment], None],
    ) -> None:
        self.clock, self.average, self.watcher, self.options = clock, average, watcher, options
        self._measure, self._save = measure, save
        self.last: Moment | None = None
        self.stopping = False
        self._due = self._next_due()
        self._kept_at = time.monotonic()
        self._heard: list[int] = []

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._listen()  # again, for Lightning has set a handler of its own, which ends a run without saving

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        torch.manual_seed(seed_of(self.options.seed, f"step {self.clock.step}"))  # pyright: ignore[reportUnknownMemberType] - torch types it in part
        rate = learning_rate(self.options.learning_rate, self.clock.midway)
        for group in trainer.optimizers[0].param_groups:
            group["lr"] = rate

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        clock = self.clock
        loss: Tensor = outputs["loss"]
        clock.step += 1
        overdue = time.monotonic() - self._kept_at > LONGEST_UNSAVED
        keep = overdue or clock.done or clock.progress * MEASUREMENTS >= self._due
        if keep or loss.device.type == "cpu" or clock.step % READ_EVERY == 0:
            self.read(float(loss))
        self.watcher.stepped(clock, self.average.value)
        stopping = self.stopping  # once: a Ctrl-C that comes later than this ends the next step
        if keep or stopping:
            self._keep()
        if clock.done or stopping:
            trainer.should_stop = True

    def read(self, loss: float) -> None:
        """Take note of a step's loss. Raises TrainingError when it is no number."""
        if not math.isfinite(loss):
            raise TrainingError(self._diverged("training", loss))
        self.average.take(loss)

    def _keep(self) -> None:
        validation = self._measure()
        # Broken weights never replace whole ones on the disk.
        if not math.isfinite(validation):
            raise TrainingError(self._diverged("validation", validation))
        self.last = Moment(self.clock.step, self.clock.seconds, self.average.value, validation)
        self._save(self.last)
        self._kept_at, self._due = time.monotonic(), self._next_due()
        self.watcher.measured(self.last)

    def _next_due(self) -> int:
        return math.floor(self.clock.progress * MEASUREMENTS) + 1

    def _diverged(self, what: str, loss: float) -> str:
        saved = f"; what was saved at step {self.last.step} is good" if self.last else ""
        return (
            f"the {what} loss became {loss} at step {self.clock.step}, so training stopped; most often a "
            f"learning rate below {self.options.learning_rate:g} mends this (--lr){saved}"
        )

    @contextmanager
    def minding_interrupts(self) -> Generator[None]:
        """Ctrl-C and its like end the run after the step under way, whole and saved; a second Ctrl-C ends it
        at once.
        """
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may handle signals
            return

        # What was to be ignored stays so, as under nohup.
        self._heard = [number for number in STOPS if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.getsignal(number) for number in self._heard}
        try:
            self._listen()
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _listen(self) -> None:
        for number in self._heard:
            signal.signal(number, self._stop)

    def _stop(self, number: int, _: Any) -> None:
        if not self.stopping:
            self.stopping = True
            if number == signal.SIGINT:  # after the others nobody may be there to read it
                self.watcher.interrupted()
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
