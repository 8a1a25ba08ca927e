"""A run's folder: its contents, how it is found or chosen, and the lock that keeps out a second run.

best.safetensors   the model with the lowest validation loss, for use
last.safetensors   the latest model with the state of its optimizer, for resuming
metrics.csv        one line per measurement
tensorboard        the same measurements for TensorBoard, if requested
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from zoo import arguments
from zoo.errors import CheckpointError, TrainingError, did_you_mean
from zoo.files.disk import UNFINISHED
from zoo.training.extra import require

BEST, LAST, METRICS = "best.safetensors", "last.safetensors", "metrics.csv"
CURVES = "tensorboard"
PRIVATE = ".unfinished-"
"""Prefix of the folder in which a checkpoint is written; a killed process leaves it behind."""


def free_folder(name: str) -> Path:
    """The first of runs/NAME, runs/NAME-2, … that does not exist or is empty."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(folder for each in names if _is_free(folder := Path("runs", each)))


def _is_free(folder: Path) -> bool:
    return not any(folder.iterdir()) if folder.is_dir() else not folder.exists()


def chosen_folder(out: str | Path) -> Path:
    """The folder that the user chose. TrainingError if it holds a run, which would be overwritten."""
    folder = Path(out)
    if any((folder / name).exists() for name in (BEST, LAST, METRICS)):
        go_on = (
            f", or go on with it: zoo train --resume {shlex.quote(str(folder))}"
            if (folder / LAST).exists()
            else ""
        )
        raise TrainingError(
            f"{folder} already holds a run, which a new one would overwrite; choose another folder{go_on}"
        )
    return folder


def find(given: str | Path, within: str) -> Path:
    """The file of a checkpoint, given as a file or as a run's folder. CheckpointError if there is none."""
    path = Path(arguments.path(given, "checkpoint", "runs/gpt"))
    file = path / within if path.is_dir() else path
    if not file.exists():
        inside = f"; the folder {path} holds no {within}" if path.is_dir() else ""
        raise CheckpointError(f"there is no checkpoint {path}{inside}{_nearby(path)}")
    return file


def _nearby(path: Path) -> str:
    """The runs that may have been meant, for an error message."""
    folder = path if path.is_dir() else path.parent
    runs = {str(each.parent): None for name in (BEST, LAST) for each in sorted(folder.glob(f"*/{name}"))}
    if not runs:
        return "; `zoo train` writes them into folders under runs/"
    if path.is_dir():
        return f", but runs are in it: {', '.join([*runs][:5])}{', …' if len(runs) > 5 else ''}"
    return did_you_mean(str(path), runs) or f"; in {folder} are {', '.join([*runs][:5])}"


@contextmanager
def held(folder: Path) -> Generator[None]:
    """Make a run's folder and keep it for this process alone; what a killed run left unfinished goes.

    A new folder into which nothing was written goes again. Raises TrainingError where the folder cannot be
    made or written to, and where another run is writing into it.
    """
    require("filelock")
    from filelock import FileLock, Timeout

    new = not folder.exists()
    mark = folder / ".lock"
    lock = FileLock(mark, blocking=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise TrainingError(
            f"another run is writing into {folder} at this moment; wait for its end, or choose another folder"
        ) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise TrainingError(
            f"cannot write into the folder {folder}: {reason}; choose another one with --out"
        ) from None
    try:
        _sweep(folder)
        yield
    finally:
        with suppress(OSError):  # Windows keeps a file that is open
            mark.unlink()
        lock.release()
        if new:
            with suppress(OSError):  # it holds something, as it should
                folder.rmdir()


def _sweep(folder: Path) -> None:
    for private in folder.glob(f"{PRIVATE}*"):
        shutil.rmtree(private, ignore_errors=True)
    for name in (BEST, LAST, METRICS):
        for file in folder.glob(f".{name}.*{UNFINISHED}"):
            file.unlink(missing_ok=True)
