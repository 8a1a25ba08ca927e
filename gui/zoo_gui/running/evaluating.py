"""A run is evaluated in the process of the worker, or what its model writes for files of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zoo.cli import judged
from zoo.decoding.judging import comparable
from zoo.decoding.texts import Author
from zoo.errors import ZooError
from zoo.tasks.text import read_text
from zoo.training import evaluating
from zoo.training.display import losses
from zoo_gui.running.generating import drawing_of, search_of
from zoo_gui.running.requests import Evaluation
from zoo_gui.running.worker import Teller

_BAR = 24
"""Letters of the bar of a BLEU of 100."""


def evaluate(request: Evaluation, teller: Teller) -> None:
    """Measure the run on its validation data, and judge what it writes for them, or for two files."""
    if request.sources or request.references:
        _judge_files(request, teller)
        return
    found = evaluating.evaluate(
        request.run, texts=request.texts, search=search_of(request.search), device=request.device
    )
    teller.tell("facts", text="; ".join([f"{found.name}: {found.task}, step {found.step:,}", *found.about]))
    rows = judged.rows(found)
    said = ", ".join(" ".join(row) for row in rows if row[0] != "to beat")
    teller.tell("table", text=_columns([("validation data", ""), *rows]))
    if found.written:
        said += f"; {_judge(found.written, found.references, teller)}"
    teller.tell("done", text=said, figures=dict(found.measured))


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
    found = judged.figures(said, right)
    rows = [(it["name"], f"{it['score']:.2f}", it["signature"]) for it in found["scores"]]
    teller.tell("table", text=_columns([*rows, ("right", f"{100 * found['right']:.2f}", "% of the texts")]))
    groups = [(each, "texts", "BLEU", "")]
    for it in found["bleu_by_length"]:
        bar = "█" * round(it["bleu"] / 100 * _BAR)
        groups.append((it["words"], f"{it['texts']:,}", f"{it['bleu']:.2f}", bar))
    teller.tell("table", text=_columns(groups))
    pairs = [f"{ref}\n  → {text}" for text, ref in zip(written, references, strict=True)]
    teller.tell("sample", text="\n".join(["references, and below each what the model wrote", "", *pairs]))
    of = "" if each == "words" else ", by letters"
    return f"{', '.join(f'{name} {score}' for name, score, _ in rows)} of {len(written):,} texts{of}"


def _lines(path: str) -> list[str]:
    return read_text(Path(path))[0].removesuffix("\n").split("\n")


def _columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows under each other, each column as wide as it needs to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
