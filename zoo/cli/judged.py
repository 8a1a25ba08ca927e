"""The figures of a run and of its texts, as ``zoo evaluate`` and ``zoo translate`` print them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.training.evaluating import Evaluation


def rows(found: Evaluation) -> list[tuple[str, str]]:
    """What was measured, by name: the loss first, and at the end the loss to beat."""
    from zoo.training.display import losses

    said = [("loss", losses(found.measured["loss"], found.unit))]
    said += [(name, f"{value:.4f}") for name, value in found.measured.items() if name != "loss"]
    if found.baseline is not None:
        said.append(("to beat", f"{losses(found.baseline.loss, found.unit)}, {found.baseline.name}"))
    return said


def figures(written: Sequence[str], references: Sequence[str]) -> dict[str, Any]:
    """BLEU, chrF, BLEU by length and the share of exact matches (``right``), in the form of --json."""
    from zoo.decoding.judging import by_length, judge

    return {
        "scores": [
            {"name": each.name, "score": each.score, "signature": each.signature}
            for each in judge(written, references)
        ],
        "bleu_by_length": [
            {"words": name, "texts": count, "bleu": bleu}
            for name, count, bleu in by_length(written, references)
        ],
        "right": sum(map(str.__eq__, written, references)) / len(written),
    }


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """The same as lines of text."""
    for score in figures["scores"]:
        yield f"{score['name']} {score['score']:.2f}  {score['signature']}"
    for group in figures["bleu_by_length"]:
        yield f"  {group['words']} words: {group['bleu']:.2f} ({group['texts']:,} texts)"
    yield f"exact matches: {figures['right']:.1%}"
