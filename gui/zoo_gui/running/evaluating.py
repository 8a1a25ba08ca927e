"""A run is measured, and what its model writes is judged, in the process of the worker."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from zoo.decoding.judging import by_length, comparable, judge
from zoo.decoding.texts import Author
from zoo.errors import ZooError
from zoo.files.texts import graph_of
from zoo.tasks import Data, Task, find_ports, make_task
from zoo.tasks.text import read_text
from zoo.training.checkpoint import Checkpoint, read_checkpoint
from zoo.training.device import device_for
from zoo.training.display import losses
from zoo.training.graphs import restored
from zoo.training.module import measure
from zoo.training.planning import plan_of
from zoo_gui.running.generating import drawing_of, search_of
from zoo_gui.running.requests import Evaluation
from zoo_gui.running.worker import Teller

_AT_ONCE = 16
"""Sentences that are written together."""
_BAR = 24
"""Letters of the bar of a BLEU of 100."""


def evaluate(request: Evaluation, teller: Teller) -> None:
    """Measure the run, or judge what it writes for a file; GraphError, TrainingError and what else reading
    raises.
    """
    if request.sources or request.references:
        _judge_files(request, teller)
        return
    saved = read_checkpoint(request.run)
    header = saved.header
    task = make_task(header.task, header.settings_here())
    graph = graph_of(saved.document, saved.name)
    data = task.data(plan_of(header.options, graph, header.params, header))
    teller.tell("facts", text="; ".join([f"{saved.name}: {header.task}, step {header.step:,}", *data.about]))
    measured = _measured(request, saved, task, data)
    rows = [("loss", losses(measured.pop("loss"), data.unit))]
    rows += [(name, f"{value:.4f}") for name, value in measured.items()]
    if data.baseline is not None:
        rows.append(("to beat", f"{losses(data.baseline.loss, data.unit)}, {data.baseline.name}"))
    teller.tell("table", text=_columns([("validation data", ""), *rows]))
    first = ", ".join(" ".join(row) for row in rows[: 1 + len(measured)])
    if task.decoding is not None and task.decoding.start and request.texts:
        first += f"; {_judge_held_back(request, data, teller)}"
    teller.tell("done", text=first, figures=measured)


def _measured(request: Evaluation, saved: Checkpoint, task: Task, data: Data) -> dict[str, float]:
    header, device = saved.header, device_for(request.device)
    model = restored(saved).to(device)
    ports = find_ports(type(task), graph_of(saved.document, saved.name), header.task, header.ports)
    where = next(model.parameters()).device
    found = measure(model, task, ports, data.validation(), where, carry=header.options.carry)
    return {**found, **({"perplexity": math.exp(min(found["loss"], 700))} if task.perplexity else {})}


def _judge_held_back(request: Evaluation, data: Data, teller: Teller) -> str:
    """Have the model write for what was held back, and compare it; the references are as its tokenizer writes
    them.
    """
    author = Author.load(request.run, request.device)
    decoding, tokenizer = author.decoding, author.tokenizers[author.decoding.tokenizer]
    search, written, references = search_of(request.search), list[str](), list[str]()
    for batch in data.validation():
        parts = max(-(-len(batch.target) // _AT_ONCE), 1)
        for some in (batch.part(rank, parts) for rank in range(parts)):
            if len(written) >= request.texts:
                break
            given = {name: some.inputs[name] for name in decoding.given if name in some.inputs}
            found = author.write(given, search, **drawing_of(request.search))
            for row, (texts, right) in enumerate(zip(found, some.target, strict=True)):
                real = right if some.mask is None else right[some.mask[row]]
                written.append(texts[0].text)
                references.append(tokenizer.decode(int(token) for token in real))
            teller.often("progress", min(len(written) / request.texts, 1.0))
    return _judge(written[: request.texts], references[: request.texts], teller)


def _judge_files(request: Evaluation, teller: Teller) -> None:
    """Translate a file, and compare what comes with its references."""
    if not request.sources or not request.references:
        raise ZooError("sentences are judged by their references, a line each; choose both files, or none")
    sentences, references = _lines(request.sources), _lines(request.references)
    comparable(sentences, references)  # before time is spent on them
    author = Author.load(request.run, request.device)
    teller.tell("facts", text=f"{author.name}: {len(sentences):,} sentences of {request.sources}")
    written: list[str] = []
    found = author.translations(sentences, search_of(request.search), **drawing_of(request.search))
    for texts in found:
        written.append(texts[0].text)
        teller.often("progress", len(written) / len(sentences))
    fit = author.fit(sentences, references)
    rows = [("references", "token by token"), ("loss", losses(fit.nll, "nats a token"))]
    rows += [("perplexity", f"{fit.perplexity:.4f}"), ("accuracy", f"{fit.accuracy:.4f}")]
    teller.tell("table", text=_columns(rows))
    teller.tell("done", text=_judge(written, references, teller), figures={"texts": len(written)})


def _judge(written: Sequence[str], references: Sequence[str], teller: Teller) -> str:
    """Tell scores, their signatures, BLEU by length and the texts; the scores as a sentence.

    Where no reference has a second word, as rows of digits have none, letters are taken for words.
    """
    each = "words" if any(len(right.split()) > 1 for right in references) else "letters"
    said, right = (
        [text if each == "words" else " ".join(text) for text in texts] for texts in (written, references)
    )
    scores = judge(said, right)
    teller.tell("table", text=_columns([(it.name, f"{it.score:.2f}", it.signature) for it in scores]))
    groups = [(each, "texts", "BLEU", "")]
    for name, count, bleu in by_length(said, right):
        groups.append((name, f"{count:,}", f"{bleu:.2f}", "█" * round(bleu / 100 * _BAR)))
    teller.tell("table", text=_columns(groups))
    pairs = [f"{ref}\n  → {text}" for text, ref in zip(written, references, strict=True)]
    teller.tell("sample", text="\n".join(["references, and below each what the model wrote", "", *pairs]))
    of = "" if each == "words" else ", by letters"
    return f"{', '.join(f'{it.name} {it.score:.2f}' for it in scores)} of {len(written):,} texts{of}"


def _lines(path: str) -> list[str]:
    return read_text(Path(path))[0].removesuffix("\n").split("\n")


def _columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows under each other, each column as wide as it needs to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
