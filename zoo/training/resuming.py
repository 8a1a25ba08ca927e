"""Going on with a run exactly where its checkpoint left it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import nn

from zoo import arguments
from zoo.errors import CheckpointError, TrainingError
from zoo.files.texts import graph_of
from zoo.tasks import Data, Plan, Task, find_task, make_task
from zoo.tasks.files import files_of
from zoo.training.checkpoint import Checkpoint, Header, read_checkpoint
from zoo.training.folder import BEST, LAST, chosen_folder
from zoo.training.graphs import restored
from zoo.training.job import Job, Result
from zoo.training.options import Device, Options
from zoo.training.planning import WATCHER, clock_of, look_at, named, plan_of, ports_of
from zoo.training.processes import processes
from zoo.training.run import perform
from zoo.training.watcher import Watcher
from zoo.values import EMPTY, Scalar


def resume(
    checkpoint: str | Path,
    *,
    settings: Mapping[str, Scalar] = EMPTY,
    text: str | Path | None = None,
    steps: int | None = None,
    epochs: float | None = None,
    minutes: float | None = None,
    device: Device | None = None,
    out: str | Path | None = None,
    watcher: Watcher | None = None,
) -> Result:
    """Go on with a run exactly where its checkpoint (a run's folder, or its last.safetensors) left it.

    A new limit in steps, epochs or minutes replaces the old ones, and ``device`` the old device; everything
    else is as it was. ``settings`` (``text`` among them) are needed only when a file has moved, and must name
    the same data. ``out`` defaults to the checkpoint's own folder. Raises what ``train`` raises, and
    TrainingError for a run that has reached its end.
    """
    look_at(settings=settings, text=text, out=out)
    watcher = Watcher() if watcher is None else arguments.instance(watcher, Watcher, "watcher", WATCHER)
    saved = read_checkpoint(checkpoint, LAST)
    header, options = saved.header, saved.header.options
    if not saved.moments:
        raise CheckpointError(
            f"{checkpoint} holds a model without the state of its optimizer, so its run cannot go on; "
            f"resume from {LAST}"
        )
    limits = {"steps": steps, "epochs": epochs, "minutes": minutes}
    changes = limits if any(limit is not None for limit in limits.values()) else {}
    changes |= {} if device is None else {"device": device}
    # On as many processes as there are now, and shared among them as before.
    strategy = options.strategy if processes().world > 1 else "auto"
    options = Options.model_validate({**options.model_dump(), **changes, "strategy": strategy})
    graph = graph_of(saved.document, saved.name)
    moved = {**settings, **named(find_task(header.task), header.task, text)}
    task = make_task(header.task, {**header.settings_here(), **moved})
    _stays(task, header, moved)
    data = _the_same(task, header, plan_of(options, graph, header.params, header))
    clock = clock_of(options, data, header.step, header.seconds)
    if clock.done:
        raise TrainingError(
            f"the run has reached its end at step {header.step} after {header.seconds / 60:.1f} minutes; "
            "give it a later one with --steps, --epochs or --minutes"
        )
    home = Path(checkpoint) if Path(checkpoint).is_dir() else Path(checkpoint).parent
    folder = home if out is None or Path(out).resolve() == home.resolve() else chosen_folder(out)
    # As the best checkpoint says itself: a kill may have come between writing it and the last one, and in
    # another folder there is none yet.
    best = read_checkpoint(folder / BEST).header.best_loss if (folder / BEST).exists() else None
    job = Job(
        name=graph.name,
        model=_with_moments(restored(saved), saved),
        task=task,
        ports=ports_of(type(task), graph, header.task, header.ports, options),
        data=data,
        header=header.model_copy(
            update={
                "options": options,
                "settings": task.model_dump(exclude_defaults=True),
                "folder": str(Path.cwd()),
                "source": data.source,
                "best_loss": best,
            }
        ),
        document=saved.document,
        clock=clock,
        moments=saved.moments,
        out=folder,
        states=saved.states,
    )
    return perform(job, watcher)


def _stays(task: Task, header: Header, given: Mapping[str, Scalar]) -> None:
    """Raise TrainingError when what is learned would change under way: only files may have moved."""
    files, before = files_of(type(task)), make_task(header.task, header.settings)
    for name in given:
        if name not in files and getattr(task, name) != getattr(before, name):
            more = f"; files that have moved can be named anew: {', '.join(sorted(files))}" if files else ""
            raise TrainingError(
                f"a run goes on with the settings that it began with, and '{name}' was "
                f"{getattr(before, name)!r}; leave it out, or begin a new run (--from){more}"
            )


def _the_same(task: Task, header: Header, plan: Plan) -> Data:
    remedy = "a run goes on with the data it began with: name them with --with NAME=FILE, or begin a new run"
    try:
        data = task.data(plan)
        plan.recognise(data.digest, data.source)
    except TrainingError as error:
        raise TrainingError(f"{error} (the run began with {header.source}); {remedy}") from None
    return data


def _with_moments(model: nn.Module, saved: Checkpoint) -> nn.Module:
    """The model, when the optimizer's state in its checkpoint is one of its parameters."""
    shapes = {name: parameter.shape for name, parameter in model.named_parameters()}
    for name, states in saved.moments.items():
        if name not in shapes or any(
            tensor.ndim and tensor.shape != shapes[name] for tensor in states.values()
        ):
            raise CheckpointError(
                f"{saved.name} holds the optimizer's state for '{name}', which the model has not, or in "
                "another shape; it is damaged, and its run cannot go on"
            )
    return model
