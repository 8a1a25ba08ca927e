"""How good translations are: BLEU and chrF by sacrebleu, with the signature that makes them comparable.

BLEU: Papineni et al. 2002; chrF: Popović 2015; signatures: Post, "A call for clarity in reporting BLEU
scores", 2018. Both describe a whole corpus; they are not means over its sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zoo import arguments, extras
from zoo.errors import TrainingError

STEPS = (10, 20, 30, 40, 50)
"""The upper bounds of the groups by length of the reference, in words."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score out of 100, and sacrebleu's signature: how it was computed."""

    name: str
    score: float
    signature: str


def judge(written: Sequence[str], references: Sequence[str]) -> tuple[Score, ...]:
    """BLEU and chrF of texts against one reference each.

    Raises TrainingError if the numbers of texts and references differ or are 0, or sacrebleu is missing.
    """
    comparable(written, references)
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    scores: list[Score] = []
    for metric in (BLEU(), CHRF()):
        found = metric.corpus_score(list(written), [list(references)])
        scores.append(Score(found.name, float(found.score), str(metric.get_signature())))
    return tuple(scores)


def comparable(written: Sequence[str], references: Sequence[str]) -> None:
    """Raise what ``judge`` would raise; ``written`` may be the sources of texts yet to be written."""
    extras.require("train", "sacrebleu", what="BLEU needs sacrebleu", error=TrainingError)
    written = arguments.several(written, "written", arguments.text)
    references = arguments.several(references, "references", arguments.text)
    if len(written) != len(references) or not written:
        raise TrainingError(
            f"every text is compared with its reference, and there are {len(written):,} texts and "
            f"{len(references):,} references"
        )


def by_length(
    written: Sequence[str], references: Sequence[str], steps: Sequence[int] = STEPS
) -> list[tuple[str, int, float]]:
    """BLEU for each group of texts by the number of words of their references: the name of the group, the
    number of texts, their BLEU. A text with an empty reference is in no group.
    """
    edges = [0, *steps]
    groups: list[tuple[str, int, float]] = []
    for low, high in zip(edges, [*steps, None], strict=True):
        pairs = [
            pair
            for pair in zip(written, references, strict=True)
            if low < len(pair[1].split()) <= (high or len(pair[1].split()))
        ]
        if pairs:
            name = f"{low + 1}-{high}" if high else f"over {low}"
            groups.append((name, len(pairs), judge(*zip(*pairs, strict=True))[0].score))
    return groups
