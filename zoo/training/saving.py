"""What is written at a measurement: the best model, a line of the table, and the state to resume from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.training.checkpoint import Checkpoint, write_checkpoint
from zoo.training.folder import BEST, LAST, METRICS
from zoo.training.metrics import note
from zoo.training.optimizers import moments_of
from zoo.training.sharding import whole
from zoo.training.watcher import Moment

if TYPE_CHECKING:
    from zoo.training.curves import Curves
    from zoo.training.job import Job
    from zoo.training.keeper import Keeper
    from zoo.training.loop import Loop


def save(job: Job, loop: Loop, keeper: Keeper, moment: Moment, curves: Curves | None = None) -> None:
    """Save a measurement, in the process that writes. Raises CheckpointError when it cannot be written."""
    model = loop.learner.model
    # In all processes, because gathering sharded weights needs them all.
    weights = {name: whole(tensor) for name, tensor in model.state_dict().items()}
    state = moments_of(loop.optimizer, model)
    if not keeper.writes:
        return
    header = job.header
    best = keeper.idle == 0
    header.step, header.seconds = moment.step, moment.seconds
    header.train_loss, header.readings = moment.train_loss, keeper.average.count
    header.validation_loss, header.metrics = moment.validation_loss, dict(moment.metrics)
    header.best_loss, header.idle = keeper.best, keeper.idle
    header.scaler = loop.scaler
    # The checkpoint to resume from comes last, so that whenever the process is killed, nothing else is older.
    if best:
        write_checkpoint(job.out / BEST, Checkpoint(header, job.document, weights, {}))
    note(job.out / METRICS, moment)
    if curves is not None:
        curves.note(moment)
    write_checkpoint(job.out / LAST, Checkpoint(header, job.document, weights, state, loop.learner.states))
