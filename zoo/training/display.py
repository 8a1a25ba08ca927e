"""A training run on a terminal: what is learned from what, a progress bar, a line a measurement."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from zoo.training.bigram import bits
from zoo.training.schedule import Clock
from zoo.training.watcher import Facts, Moment, Watcher


class Display(Watcher):
    """Shows a run on a console without markup. Where that is no terminal there is no bar, only lines."""

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

    def prepared(self, facts: Facts, clock: Clock) -> None:
        say = self._console.print
        say(
            f"{facts.graph}: {facts.parameters:,} parameters on {facts.device}, "
            f"{facts.vocabulary} different characters, {facts.context} of them in view"
        )
        say(
            f"learns from {facts.text}: {facts.train_characters:,} characters, "
            f"and {facts.validation_characters:,} more are held back for validation"
        )
        say(f"to beat: a bigram model, which counts pairs of characters, loses {losses(facts.bigram_loss)}")
        if clock.step:
            say(f"goes on at step {clock.step:,}")
        self._bar.start()
        self._task = self._bar.add_task("", total=1.0, step=clock.step, loss="–")

    def stepped(self, clock: Clock, train_loss: float) -> None:
        if self._task is not None:
            loss = f"{train_loss:.3f}"
            self._bar.update(self._task, completed=clock.progress, step=f"{clock.step:,}", loss=loss)

    def measured(self, moment: Moment) -> None:
        minutes, seconds = divmod(round(moment.seconds), 60)
        self._console.print(
            f"  step {moment.step:>6,}  {minutes:>3}:{seconds:02}  train {moment.train_loss:.3f}  "
            f"validation {moment.validation_loss:.3f} nats = {bits(moment.validation_loss):.3f} bits"
        )

    def interrupted(self) -> None:
        self._console.print("stopping after this step, to save it whole; Ctrl-C once more stops at once")

    def ended(self) -> None:
        self._bar.stop()


def losses(nats: float) -> str:
    """A loss in both units: ``1.199 nats = 1.730 bits a character``."""
    return f"{nats:.3f} nats = {bits(nats):.3f} bits a character"
