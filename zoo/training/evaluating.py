"""A run is evaluated: measured on held-back data of its task, and what it writes set beside what is right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from zoo import arguments
from zoo.decoding.beam import Beam
from zoo.decoding.scorer import numbers
from zoo.decoding.texts import Author, Search
from zoo.files.texts import graph_of
from zoo.tasks import Batch, Tokenizer, find_ports, make_task
from zoo.tasks.task import Baseline
from zoo.tasks.tokenizers import END, SPECIAL, UNKNOWN
from zoo.training.checkpoint import read_checkpoint
from zoo.training.device import device_for
from zoo.training.graphs import restored
from zoo.training.module import measure
from zoo.training.options import Device
from zoo.training.planning import plan_of
from zoo.training.run import LARGEST_EXPONENT
from zoo.values import EMPTY, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What was measured: ``loss`` in ``unit``, the task's metrics, the perplexity of a model of texts.

    ``written`` are texts that a model of a task that writes found, ``references`` the right ones, as its
    tokenizer writes them.
    """

    name: str
    """That of the checkpoint."""
    task: str
    step: int
    about: tuple[str, ...]
    """What the data are."""
    unit: str
    measured: Mapping[str, float]
    baseline: Baseline | None
    written: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


def evaluate(
    checkpoint: str | Path,
    *,
    settings: Mapping[str, Scalar] = EMPTY,
    texts: int = 100,
    search: Search = Beam(END),  # noqa: B008 - it is frozen
    device: Device = "auto",
) -> Evaluation:
    """Measure a run's folder or a checkpoint on the validation data of its task, without dropout.

    ``settings`` of the task, such as other files, replace those of the run: then it is measured on what is
    held back of these data. If the task's models write from a start to an end, ``search`` finds texts for
    ``texts`` of the validation data, spread evenly over all lengths. Raises CheckpointError if there is no
    checkpoint, and TrainingError for data that cannot be read.
    """
    texts = arguments.whole(texts, "texts", 0)
    settings = arguments.mapping(settings, "settings", "{'file': 'pairs.tsv'}")
    saved = read_checkpoint(checkpoint)
    header = saved.header
    task = make_task(header.task, {**header.settings_here(), **settings})
    graph = graph_of(saved.document, saved.name)
    plan = plan_of(header.options, graph, header.params, header)
    data = task.data(replace(plan, digest="") if settings else plan)
    model = restored(saved).to(device_for(device))
    ports = find_ports(type(task), graph, header.task, header.ports)
    where = next(model.parameters()).device
    measured = measure(model, task, ports, data.validation(), where, carry=header.options.carry)
    if task.perplexity:
        measured["perplexity"] = math.exp(min(measured["loss"], LARGEST_EXPONENT))
    pairs: list[tuple[str, str]] = []
    if texts and task.decoding is not None and task.decoding.start:
        pairs = _pairs(Author.load(checkpoint, device), data.validation(), texts, search)
    return Evaluation(
        name=saved.name,
        task=header.task,
        step=header.step,
        about=data.about,
        unit=data.unit,
        measured=measured,
        baseline=data.baseline,
        written=tuple(text for text, _ in pairs),
        references=tuple(right for _, right in pairs),
    )


def _pairs(author: Author, batches: Iterable[Batch], texts: int, search: Search) -> list[tuple[str, str]]:
    """What the model writes for as many rows of the batches, and what would be right."""
    decoding, tokenizer = author.decoding, author.tokenizers[author.decoding.tokenizer]
    every = list(batches)
    total = sum(len(batch.target) for batch in every)
    # Evenly spread: batches come by length, and the first would hold the shortest texts only.
    wanted = {number * total // texts for number in range(texts)}
    found: list[tuple[str, str]] = []
    seen = 0
    for batch in every:
        rows = [row for row in range(len(batch.target)) if seen + row in wanted]
        seen += len(batch.target)
        if not rows:
            continue
        given = {name: batch.inputs[name][rows] for name in decoding.given if name in batch.inputs}
        written = author.write(given, search)
        masks = [None] * len(rows) if batch.mask is None else batch.mask[rows]
        for some, target, mask in zip(written, batch.target[rows], masks, strict=True):
            right = target if mask is None else target[mask]
            found.append((some[0].text, _decoded(tokenizer, numbers(right))))
    return found


def _decoded(tokenizer: Tokenizer, tokens: Sequence[int]) -> str:
    """A reference as the tokenizer writes it, but with unknown words: a text without them is not right."""
    words = [
        f" {SPECIAL[UNKNOWN]} " * len([*some]) if unknown else tokenizer.decode(some)
        for unknown, some in groupby(tokens, UNKNOWN.__eq__)
    ]
    return "".join(words).strip()
