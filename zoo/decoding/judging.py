"""How good translations are: BLEU and chrF by sacrebleu, with the signature that makes them comparable.

BLEU: Papineni et al. 2002; chrF: Popović 2015; signatures: Post, "A call for clarity in reporting BLEU
scores", 2018. Both are of a whole corpus, and no mean over sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zoo import arguments, extras
from zoo.errors import TrainingError

STEPS = (10, 20, 30, 40, 50)
"""Where the lengths of references are cut into groups, in words."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score out of 100, and the signature of what computed it."""

    name: str
    score: float
    signature: str


def judge(written: Sequence[str], references: Sequence[str]) -> tuple[Score, ...]:
    """BLEU and chrF of texts against one reference each.

    Raises TrainingError where there are not as many of both, and where sacrebleu is missing.
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
    """Raise what ``judge`` raises; ``written`` may be what texts are still to be written for."""
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
    """BLEU of the texts whose references have so many words: the group, how many texts, their BLEU."""
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
