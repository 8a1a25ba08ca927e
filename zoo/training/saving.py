"""What is written at a measurement: the best model, a line of the table, and what a run needs to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from torch import Tensor

from zoo.training.checkpoint import Checkpoint, write_checkpoint
from zoo.training.folder import BEST, LAST, METRICS
from zoo.training.metrics import note
from zoo.training.optimizers import moments_of
from zoo.training.watcher import Moment

if TYPE_CHECKING:
    from zoo.training.curves import Curves
    from zoo.training.keeper import Keeper
    from zoo.training.module import Learner
    from zoo.training.run import Job


def save(job: Job, learner: Learner, keeper: Keeper, moment: Moment, curves: Curves | None = None) -> None:
    """Keep a measurement. Every process calls this, for a model that is shared has to be put together; one
    writes. Raises CheckpointError when the disk refuses.
    """
    weights, state = _whole(learner)
    if not keeper.writes:
        return
    header = job.header
    best = keeper.idle == 0
    header.step, header.seconds = moment.step, moment.seconds
    header.train_loss, header.readings = moment.train_loss, keeper.average.count
    header.validation_loss, header.metrics = moment.validation_loss, dict(moment.metrics)
    header.best_loss, header.idle = keeper.best, keeper.idle
    header.scaler = learner.trainer.precision_plugin.state_dict()
    # The one to resume from comes last: whenever a kill comes, what stands beside it is not older.
    if best:
        write_checkpoint(job.out / BEST, Checkpoint(header, job.document, weights, {}))
    note(job.out / METRICS, moment)
    if curves is not None:
        curves.note(moment)
    write_checkpoint(job.out / LAST, Checkpoint(header, job.document, weights, state, learner.states))


def _whole(learner: Learner) -> tuple[dict[str, Tensor], dict[str, dict[str, Tensor]]]:
    """The model's weights and its optimizer's state, by parameter name."""
    optimizer = learner.trainer.optimizers[0]
    if learner.options.strategy != "fsdp":
        return learner.model.state_dict(), moments_of(optimizer, learner.model)
    strategy = learner.trainer.strategy
    whole = strategy.lightning_module_state_dict()
    moments = cast("dict[str, dict[str, Tensor]]", strategy.optimizer_state(optimizer)["state"])
    mine = "model."
    return (
        {name.removeprefix(mine): value for name, value in whole.items()},
        {name.removeprefix(mine): dict(states) for name, states in moments.items()},
    )
