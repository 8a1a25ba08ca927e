"""Resuming a run exactly where its checkpoint left it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import nn

from zoo import arguments
from zoo.errors import CheckpointError, TrainingError
from zoo.files.texts import graph_of
from zoo.graph import Graph
from zoo.tasks import Data, Plan, Task, find_task, make_task
from zoo.tasks.files import files_of
from zoo.training.checkpoint import Checkpoint, read_checkpoint
from zoo.training.folder import BEST, LAST, chosen_folder
from zoo.training.graphs import restored
from zoo.training.header import Header
from zoo.training.job import Job, Result
from zoo.training.optimizers import states_of
from zoo.training.options import Device, Options
from zoo.training.planning import WATCHER, clock_of, data_of, look_at, named, plan_of, ports_of
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
    """Resume a run exactly where its checkpoint (a run's folder, or its last.safetensors) left it.

    A new limit in steps, epochs or minutes replaces the old ones, and ``device`` the old device; everything
    else stays as it was. ``settings`` (including ``text``) are needed only when a file has moved, and must
    name the same data. ``out`` defaults to the checkpoint's own folder. Raises what ``train`` raises, and
    TrainingError for a run that has reached its end.
    """
    look_at(settings=settings, text=text, out=out)
    watcher = Watcher() if watcher is None else arguments.instance(watcher, Watcher, "watcher", WATCHER)
    saved = read_checkpoint(checkpoint, LAST)
    if not saved.moments and states_of(saved.header.options):
        raise CheckpointError(
            f"{checkpoint} holds a model without the state of its optimizer, so its run cannot go on; "
            f"resume from {LAST}"
        )
    limits = {"steps": steps, "epochs": epochs, "minutes": minutes}
    options = _options(saved.header.options, limits, device)
    kind = saved.header.task
    moved = {**settings, **named(find_task(kind), kind, text)}
    return perform(_job(saved, options, moved, _folder(checkpoint, out)), watcher)


def _options(before: Options, limits: Mapping[str, float | None], device: Device | None) -> Options:
    """The options of the resumed run: new limits replace all the old ones, a new device the old one."""
    changes: dict[str, object] = {**limits} if any(each is not None for each in limits.values()) else {}
    changes |= {} if device is None else {"device": device}
    # The number of processes may change; several share the run as before.
    strategy = before.strategy if processes().world > 1 else "auto"
    return Options.model_validate({**before.model_dump(), **changes, "strategy": strategy})


def _folder(checkpoint: str | Path, out: str | Path | None) -> Path:
    """The folder of the resumed run, by default the same as before."""
    path = Path(checkpoint)
    home = path if path.is_dir() else path.parent
    return home if out is None or Path(out).resolve() == home.resolve() else chosen_folder(out)


def _job(saved: Checkpoint, options: Options, moved: Mapping[str, Scalar], folder: Path) -> Job:
    """The job of a checkpoint, with its progress; ``moved`` are settings of files that have moved."""
    header = saved.header
    graph = graph_of(saved.document, saved.name)
    task = make_task(header.task, {**header.settings_here(), **moved})
    _stays(task, header, moved)
    data = _the_same(task, header, plan_of(options, graph, header.params, header))
    clock = clock_of(options, data, header.step, header.seconds)
    if clock.done:
        raise TrainingError(
            f"the run has reached its end at step {header.step} after {header.seconds / 60:.1f} minutes; "
            "give it a later one with --steps, --epochs or --minutes"
        )
    return Job(
        name=graph.name,
        model=_with_moments(restored(saved), saved),
        task=task,
        ports=ports_of(type(task), graph, header.task, header.ports, options),
        data=data,
        header=_header(header, task, data, options, folder, graph),
        document=saved.document,
        clock=clock,
        moments=saved.moments,
        out=folder,
        states=saved.states,
    )


def _header(before: Header, task: Task, data: Data, options: Options, folder: Path, graph: Graph) -> Header:
    """The header of the resumed run."""
    # Resuming a run that early stopping has ended starts counting anew.
    ended = options.patience is not None and before.idle >= options.patience
    return before.model_copy(
        update={
            "options": options,
            "settings": task.model_dump(exclude_defaults=True),
            "folder": str(Path.cwd()),
            "source": data.source,
            "best_loss": _best_loss(folder),
            "idle": 0 if ended else before.idle,
            "provenance": before.provenance.going_on(graph, before.step),
        }
    )


def _best_loss(folder: Path) -> float | None:
    """The lowest loss so far.

    Taken from the best checkpoint itself: the process may have been killed before it wrote the last one, and
    another folder does not have one yet.
    """
    best = folder / BEST
    if not best.exists():
        return None
    remedy = f"remove it, and the run goes on from {LAST}: its next measurement writes another"
    return read_checkpoint(best, remedy=remedy).header.best_loss


def _stays(task: Task, header: Header, given: Mapping[str, Scalar]) -> None:
    """Raise TrainingError for settings that would change the data: only the paths of files may change."""
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
        data = data_of(task, plan)
        plan.recognise(data.digest, data.source)
    except TrainingError as error:
        raise TrainingError(f"{error} (the run began with {header.source}); {remedy}") from None
    return data


def _with_moments(model: nn.Module, saved: Checkpoint) -> nn.Module:
    """The model itself. CheckpointError if the optimizer's state does not fit its parameters."""
    shapes = {name: parameter.shape for name, parameter in model.named_parameters()}
    needed = states_of(saved.header.options)
    for name, states in saved.moments.items():
        if name not in shapes or any(
            tensor.ndim and tensor.shape != shapes[name] for tensor in states.values()
        ):
            raise CheckpointError(
                f"{saved.name} holds the optimizer's state for '{name}', which the model has not, or in "
                "another shape; it is damaged, and its run cannot go on"
            )
        missing = sorted(needed - states.keys())
        if missing:
            raise CheckpointError(
                f"{saved.name} must hold the whole state of the optimizer, and '{missing[0]}' of '{name}' is "
                f"missing; it is damaged: begin a new run from its weights with --from {saved.name}"
            )
    return model
