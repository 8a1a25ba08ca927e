"""The curves of a run for TensorBoard: ``tensorboard --logdir runs``."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from zoo.errors import TrainingError
from zoo.extras import require
from zoo.training.folder import CURVES
from zoo.training.metrics import columns
from zoo.training.watcher import Moment


class Curves:
    """Writes TensorBoard event files into a run's folder, using Lightning's logger."""

    def __init__(self, folder: Path) -> None:
        if find_spec("tensorboard") is None and find_spec("tensorboardX") is None:
            what = "curves for TensorBoard need tensorboardX"
            require("tasks", "tensorboardX", what=what, error=TrainingError)
        from lightning.fabric.loggers.tensorboard import TensorBoardLogger

        self._logger = TensorBoardLogger(folder, name=None, version=CURVES)

    def note(self, moment: Moment) -> None:
        """Add a point to every curve."""
        values = columns(moment)
        step = int(values.pop("step"))
        self._logger.log_metrics(values, step)
        self._logger.save()

    def close(self) -> None:
        """Flush and close the event file."""
        self._logger.finalize("success")
