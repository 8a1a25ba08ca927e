"""A training run on a terminal: a summary, a progress bar, and a line for each measurement."""

from __future__ import annotations

import math

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from zoo.training.schedule import Clock
from zoo.training.watcher import Facts, Moment, Watcher


class Display(Watcher):
    """Shows a run on a console without markup. The progress bar appears only on a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("training"),
            BarColumn(bar_width=None),
            TextColumn("step {task.fields[step]}  loss {task.fields[loss]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._facts: Facts | None = None

    def prepared(self, facts: Facts, clock: Clock) -> None:
        say = self._console.print
        self._facts = facts
        first, *others = facts.about or ("",)
        frozen = f" ({facts.frozen:,} of them frozen)" if facts.frozen else ""
        where = f" on {facts.device}" + (first and f", {first}")
        say(f"{facts.graph}: {facts.parameters:,} parameters{frozen}{where}")
        for sentence in others:
            say(sentence)
        if facts.baseline is not None:
            say(f"to beat: {facts.baseline.name}, {losses(facts.baseline.loss, facts.unit)}")
        if clock.step:
            say(f"goes on at step {clock.step:,}, with the graph that its checkpoint holds")
        self._bar.start()
        self._task = self._bar.add_task("", total=1.0, step=clock.step, loss="–")

    def stepped(self, clock: Clock, train_loss: float) -> None:
        if self._task is not None:
            loss = f"{train_loss:.3f}"
            self._bar.update(self._task, completed=clock.progress, step=f"{clock.step:,}", loss=loss)

    def measured(self, moment: Moment) -> None:
        minutes, seconds = divmod(round(moment.seconds), 60)
        # The perplexity follows from the loss, and a line has about 80 columns.
        metrics = {name: value for name, value in moment.metrics.items() if name != "perplexity"}
        more = "".join(f"  {name} {value:.3f}" for name, value in metrics.items())
        if moment.clipped:
            more += f"  clip {moment.clipped:.0%}"
        unit = self._facts.unit if self._facts else ""
        shown = losses(moment.validation_loss, unit).partition(" a ")[0]
        self._console.print(
            f"  step {moment.step:>6,}  {minutes:>2}:{seconds:02}  train {moment.train_loss:.3f}  "
            f"validation {shown}{more}"
        )

    def interrupted(self) -> None:
        self._console.print("stopping after this step, to save it whole; Ctrl-C once more stops at once")

    def ended(self) -> None:
        self._bar.stop()


def bits(nats: float) -> float:
    """A loss in bits instead of nats (divided by ln 2)."""
    return nats / math.log(2)


def losses(loss: float, unit: str) -> str:
    """A loss in its unit: ``1.199 nats = 1.730 bits a character``, ``0.1667 squared error``."""
    loss += 0.0  # turns -0.0, the loss of a text of one character, into 0.0
    nats, _, each = unit.partition(" a ")
    if nats != "nats":
        return f"{loss:.4f} {unit}"
    return f"{loss:.3f} nats = {bits(loss):.3f} bits a {each}" if each else f"{loss:.3f} nats"
