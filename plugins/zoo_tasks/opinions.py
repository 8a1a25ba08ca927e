"""Synthetic sentences with an opinion, in which negation inverts it and contrast decides which half counts.

Counting positive and negative words is not enough to classify them.
"""

from __future__ import annotations

import random

THINGS = ("film", "plot", "acting", "music", "story", "ending", "script", "cast", "pace", "humour")
GOOD = ("good", "great", "lovely", "clever", "moving", "funny", "brilliant", "fresh", "charming", "gripping")
BAD = ("bad", "dull", "awful", "silly", "boring", "weak", "tedious", "stale", "clumsy", "lifeless")
DEGREES = ("", "", "very ", "rather ", "quite ", "really ")
NEGATIONS = ("not", "never", "hardly")
CONTRASTS = ("but", "yet", "although", "though")


def opinions(count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Generate sentences, each with the label ``positive`` or ``negative``."""
    draw = random.Random(seed)  # noqa: S311 - examples, no secrets
    return [_opinion(draw) for _ in range(count)]


def _opinion(draw: random.Random) -> tuple[str, str]:
    first, verdict = _clause(draw, draw.random() < 0.5)
    if draw.random() < 0.5:
        return first, _name(verdict)
    # The clause after "but" counts, or the one before "although".
    second, against = _clause(draw, not verdict)
    word = draw.choice(CONTRASTS)
    meant = against if word in {"but", "yet"} else verdict
    return f"{first} , {word} {second}", _name(meant)


def _clause(draw: random.Random, positive: bool) -> tuple[str, bool]:
    negated = draw.random() < 0.4
    word = draw.choice(GOOD if positive != negated else BAD)
    said = f"{draw.choice(NEGATIONS)} " if negated else ""
    return (
        f"the {draw.choice(THINGS)} {draw.choice(('is', 'was'))} {said}{draw.choice(DEGREES)}{word}",
        positive,
    )


def _name(positive: bool) -> str:
    return "positive" if positive else "negative"
