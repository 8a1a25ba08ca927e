"""Beginning a run, and going on with one: files and options in, a job out, and the job performed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from torch import nn

from zoo.errors import CheckpointError, TrainingError
from zoo.graph import Graph
from zoo.training.bigram import bigram_loss
from zoo.training.checkpoint import Checkpoint, Header, read_checkpoint
from zoo.training.folder import BEST, LAST, chosen_folder, free_folder
from zoo.training.graphs import as_graph, document_of, graph_of, initial_model, restored
from zoo.training.language_model import check_ports, fit_params, probe
from zoo.training.options import DEFAULT_CONTEXT, DEFAULT_STEPS, Device, Options, faults
from zoo.training.run import Job, Result, perform
from zoo.training.schedule import Clock
from zoo.training.text import read_text
from zoo.training.vocabulary import Vocabulary
from zoo.training.watcher import Watcher
from zoo.training.windows import Split, TrainingWindows, split
from zoo.values import Scalar


def train(
    graph: Graph | str | Path,
    *,
    text: str | Path | None = None,
    params: Mapping[str, Scalar] | None = None,
    options: Options | None = None,
    out: str | Path | None = None,
    watcher: Watcher | None = None,
) -> Result:
    """Train a character-level language model and keep its checkpoints in the folder ``out``.

    ``graph`` has the input ``tokens`` and the output ``logits`` (docs/train.md); ``params`` override its own,
    and its ``vocab`` and ``context`` follow the text and the options. Without ``text`` the built-in one is
    learned. ``out`` defaults to the first free one of runs/NAME, runs/NAME-2, … Raises TrainingError for a
    text, a graph or options that do not go together, and for a loss that is no longer a number;
    CheckpointError when the disk refuses.
    """
    options = options or Options()
    graph = as_graph(graph)
    check_ports(graph)
    written, name = read_text(text)
    vocabulary = Vocabulary.of(written)
    values, context = fit_params(graph, params or {}, len(vocabulary), options.context)
    context = context or DEFAULT_CONTEXT
    parts = split(vocabulary.encode(written), context)
    model = initial_model(graph, options.seed, values)
    probe(graph, model, values, len(vocabulary), context)
    header = Header(
        params=values,
        characters=vocabulary.characters,
        context=context,
        options=options,
        text=None if text is None else str(text),
        text_sha256=_digest(written),
        bigram_loss=bigram_loss(parts.train, parts.validation, len(vocabulary)),
    )
    job = Job(
        name=graph.name,
        model=model,
        header=header,
        document=document_of(graph),
        text=name,
        parts=parts,
        clock=_clock(options, parts, context),
        moments=None,
        out=free_folder(graph.name) if out is None else chosen_folder(out),
    )
    return perform(job, watcher or Watcher())


def resume(
    checkpoint: str | Path,
    *,
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
    else is as it was. ``text`` is needed only when the file has moved, and must be the same text. ``out``
    defaults to the checkpoint's own folder. Raises what ``train`` raises, and TrainingError for a run that
    has reached its end.
    """
    saved = read_checkpoint(checkpoint, LAST)
    header, options = saved.header, saved.header.options
    if not saved.moments:
        raise CheckpointError(
            f"{checkpoint} holds a model without the state of its optimizer, so its run cannot go on; "
            f"resume from {LAST}"
        )
    limits = {"steps": steps, "epochs": epochs, "minutes": minutes}
    changes = limits if any(limit is not None for limit in limits.values()) else {}
    options = _changed(options, changes | ({} if device is None else {"device": device}))
    path = header.text if text is None else str(text)
    written, name = _the_same(path, header)
    vocabulary = Vocabulary(header.characters)
    parts = split(vocabulary.encode(written), header.context)
    clock = _clock(options, parts, header.context, header.step, header.seconds)
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
        name=graph_of(saved.document, saved.name).name,
        model=_with_moments(restored(saved), saved),
        header=header.model_copy(update={"options": options, "text": path, "best_loss": best}),
        document=saved.document,
        text=name,
        parts=parts,
        clock=clock,
        moments=saved.moments,
        out=folder,
    )
    return perform(job, watcher or Watcher())


def _changed(options: Options, changes: Mapping[str, object]) -> Options:
    try:
        return Options.model_validate({**options.model_dump(), **changes})
    except ValidationError as error:
        raise TrainingError(f"these limits are none: {faults(error)}") from None


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


def _clock(options: Options, parts: Split, context: int, step: int = 0, seconds: float = 0.0) -> Clock:
    limits = [options.steps] if options.steps else []
    if options.epochs:
        windows = TrainingWindows(parts.train, context, options.batch, options.seed)
        limits.append(math.ceil(options.epochs * windows.steps_each_epoch))
    if not limits and not options.minutes:
        limits.append(DEFAULT_STEPS)
    return Clock(min(limits, default=None), options.minutes, step, seconds)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _the_same(path: str | None, header: Header) -> tuple[str, str]:
    remedy = "a run goes on with the text it began with: name it with --text FILE, or begin a new run"
    try:
        written, name = read_text(path)
    except TrainingError as error:
        raise TrainingError(f"{error}; {remedy}") from None
    if _digest(written) != header.text_sha256:
        was = header.text or "the built-in text of another Python"
        raise TrainingError(f"{name} is not the text that was learned ({was}); {remedy}")
    return written, name
