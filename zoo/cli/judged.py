"""The scores of texts against references, as ``zoo translate`` and ``zoo evaluate`` print them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


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
