"""What happens around a step: seed and learning rate before it; counting, measuring and saving after it.

All random numbers of step n come from a seed made of the run's seed and n, as does the order of the data. So
the state of a run is its weights, its optimizer and n, and a resumed run is bitwise identical to one that was
never interrupted.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from zoo.compiler.seeds import seed_of
from zoo.errors import TrainingError
from zoo.training.diagnosis import NotANumber
from zoo.training.options import Options
from zoo.training.processes import Processes
from zoo.training.schedule import Average, Clock, learning_rate
from zoo.training.watcher import Moment, Watcher

LONGEST_UNSAVED = 600.0
"""Seconds after which a run is measured and saved in any case."""
READ_EVERY = 10
"""Steps between two readings of the loss on a GPU, each of which synchronises with it."""
STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""The signals that end a run in order, with a final save: Ctrl-C, kill, a closed terminal."""


class Keeper:
    """Runs the schedule of a run: the loop calls it before and after every step."""

    def __init__(
        self,
        clock: Clock,
        average: Average,
        watcher: Watcher,
        options: Options,
        measure: Callable[[], Mapping[str, float]],
        save: Callable[[Moment, Keeper], None],
        among: Processes | None = None,
        best: float | None = None,
        idle: int = 0,
        sample: Callable[[int], Generator[str]] | None = None,
    ) -> None:
        self.clock, self.average, self.watcher, self.options = clock, average, watcher, options
        self.best, self.idle = best, idle
        """The lowest validation loss, and the number of measurements since."""
        self._among = among or Processes()
        self._measure, self._save, self._sample = measure, save, sample
        self.last: Moment | None = None
        self.stopping, self.stopped = False, False
        """Whether an interrupt came, and whether all processes have seen it."""
        self._counted, self._rate = clock.step, 0.0
        self._clipped: Tensor = torch.zeros(())
        self._due = self._next_due()
        self._kept_at = time.monotonic()

    @property
    def writes(self) -> bool:
        """Whether this process writes the checkpoints."""
        return self._among.writes

    @property
    def kept(self) -> str:
        """What can be relied on in the folder, as the end of a sentence."""
        return f"; what was saved at step {self.last.step} is good" if self.last else ""

    @property
    def weary(self) -> bool:
        """Whether early stopping applies: no lower loss for ``patience`` measurements."""
        return self.options.patience is not None and self.idle >= self.options.patience

    @property
    def over(self) -> bool:
        """Whether no further step is to be taken."""
        return self.last is not None and (self.clock.done or self.stopped or self.weary)

    def before(self, part: int, optimizer: Optimizer) -> None:
        """Set the seed of one part of a step, and the learning rate of the step."""
        words = [f"step {self.clock.step}"]
        words += [f"part {part}"] if part else []
        words += [f"rank {self._among.rank}"] if self._among.rank else []
        seed = seed_of(self.options.seed, " ".join(words))
        # `torch.manual_seed` would record a traceback for each kind of device that is not initialised.
        torch.default_generator.manual_seed(seed)
        if torch.cuda.is_initialized():
            torch.cuda.manual_seed(seed)
        self._rate = learning_rate(self.options, self.clock)
        for group in optimizer.param_groups:
            group["lr"] = self._rate

    def after(self, loss: Tensor, norm: Tensor | None) -> None:
        """Count a step with its loss and gradient norm; measure and save when due."""
        clock = self.clock
        if norm is not None and self.options.clip is not None:
            self._clipped = self._clipped.to(norm.device) + (norm > self.options.clip)
        clock.step += 1
        overdue = time.monotonic() - self._kept_at > LONGEST_UNSAVED
        keep = overdue or clock.done or clock.progress * self.options.measurements >= self._due
        keep = self._among.any(keep, loss.device)
        if keep or loss.device.type == "cpu" or clock.step % READ_EVERY == 0:
            self.read(float(loss))
        self.watcher.stepped(clock, self.average.value)
        # Read once: a Ctrl-C after this takes effect at the next step.
        self.stopped = self._among.any(self.stopping, loss.device)
        if keep or self.stopped:
            self._keep()

    def read(self, loss: float) -> None:
        """Take note of a step's loss. Raises TrainingError when it is not finite."""
        if not math.isfinite(loss):
            # On the CPU the step itself has raised; a GPU does not check every step.
            where = "the node that it came from is found on the CPU (--device cpu)"
            raise TrainingError(self.diverged("training loss", loss, self.clock.step, where))
        self.average.take(loss)

    def _keep(self) -> None:
        measured = dict(self._measure())
        validation = measured.pop("loss")
        # Broken weights never replace good ones on the disk.
        if not math.isfinite(validation):
            raise TrainingError(self.diverged("validation loss", validation, self.clock.step))
        steps = max(1, self.clock.step - self._counted)
        self.last = Moment(
            self.clock.step,
            self.clock.seconds,
            self.average.value,
            validation,
            measured,
            clipped=float(self._clipped) / steps,
            learning_rate=self._rate,
            sample=self._sample,
        )
        self._clipped, self._counted = torch.zeros(()), self.clock.step
        if self.best is None or validation < self.best:
            self.best, self.idle = validation, 0
        else:
            self.idle += 1
        self._save(self.last, self)
        self._kept_at, self._due = time.monotonic(), self._next_due()
        self.watcher.measured(self.last)

    def _next_due(self) -> int:
        return math.floor(self.clock.progress * self.options.measurements) + 1

    def broken(self, error: NotANumber) -> TrainingError:
        """The error for a step whose loss or gradient is not finite, with the node where that began."""
        return TrainingError(self.diverged(error.what, error.value, self.clock.step + 1, error.where))

    def diverged(self, what: str, value: float, step: int, where: str = "") -> str:
        """The message for a loss or a gradient that is not finite."""
        found = f": {where}" if where else ""
        return (
            f"the {what} became {value} at step {step}{found}, so training stopped; most often a "
            f"learning rate below {self.options.learning_rate:g} mends this (--lr){self.kept}"
        )

    @contextmanager
    def minding_interrupts(self) -> Generator[None]:
        """Have ``STOPS`` end the run after the current step, saved; a second Ctrl-C ends it at once."""
        if threading.current_thread() is not threading.main_thread():
            yield  # Python handles signals in the main thread only
            return

        # Signals that are ignored stay so, as under nohup.
        before = {
            number: handler for number in STOPS if (handler := signal.getsignal(number)) is not signal.SIG_IGN
        }
        try:
            for number in before:
                signal.signal(number, self._stop)
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, _: Any) -> None:
        if not self.stopping:
            self.stopping = True
            if number == signal.SIGINT:  # after the others there may be nobody to read it
                self.watcher.interrupted()
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
