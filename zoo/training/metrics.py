"""The measurements of a run as a table: ``metrics.csv``, one line each."""

from __future__ import annotations

import csv
from pathlib import Path

from zoo.errors import CheckpointError
from zoo.files.disk import replacing
from zoo.training.watcher import Moment


def columns(moment: Moment) -> dict[str, float]:
    """A measurement as named numbers."""
    return {
        "step": moment.step,
        "seconds": round(moment.seconds, 3),
        "train_loss": round(moment.train_loss, 6),
        "validation_loss": round(moment.validation_loss, 6),
        **{name: round(value, 6) for name, value in moment.metrics.items()},
        "learning_rate": float(f"{moment.learning_rate:.6g}"),
        "clipped": round(moment.clipped, 4),
    }


def note(path: Path, moment: Moment) -> None:
    """Append a line. Raises CheckpointError when it cannot be written."""
    row = columns(moment)
    try:
        new = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            lines = csv.writer(file)
            if new:
                lines.writerow(row)
            lines.writerow(row.values())
    except OSError as error:
        raise CheckpointError(f"cannot write {path}: {error.strerror or error}") from None


def forget_after(path: Path, step: int) -> None:
    """Drop the measurements after a step, and incomplete lines: a run resumed from there measures again.

    Raises CheckpointError when the file cannot be written.
    """
    try:
        if not path.exists():
            return
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        head = rows[0] if rows else []
        kept = [row for row in rows[1:] if len(row) == len(head) and int(row[0]) <= step]
        if len(kept) < len(rows) - 1:
            with replacing(path) as unfinished, unfinished.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([head, *kept])
    except ValueError:
        raise CheckpointError(f"{path} is no table of measurements; move it out of the way") from None
    except OSError as error:
        raise CheckpointError(f"cannot write {path}: {error.strerror or error}") from None
