"""A run's folder: what lies in it, and where a new one goes.

best.safetensors   the model with the lowest validation loss, to use
last.safetensors   the latest one with the state of its optimizer, to resume
metrics.csv        a line a measurement
"""

from __future__ import annotations

from pathlib import Path

from zoo.errors import TrainingError

BEST, LAST, METRICS = "best.safetensors", "last.safetensors", "metrics.csv"


def free_folder(name: str) -> Path:
    """The first of runs/NAME, runs/NAME-2, … that is not there yet."""
    number, folder = 1, Path("runs", name)
    while folder.exists():
        number += 1
        folder = Path("runs", f"{name}-{number}")
    return folder


def chosen_folder(out: str | Path) -> Path:
    """The folder a person chose. TrainingError when a run lies there, which a new one would overwrite."""
    folder = Path(out)
    if (folder / LAST).exists() or (folder / BEST).exists():
        raise TrainingError(
            f"{folder} already holds a run, which a new one would overwrite; choose another folder, or "
            f"go on with it: zoo train --resume {folder}"
        )
    return folder
