"""Beam search against exhaustive search: how often the best text of all is found, and what greedy search
loses.

    python benchmarks/results/beam.py

A small `transformer` that has only begun to learn rows of two or three digits backwards (one that has
learned it is sure of everything), and texts so short that each can be scored. A beam as wide as there are
texts must find the best one.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from zoo.decoding import Beam, begin, exhaustive_search
from zoo.decoding.ranking import Ranking
from zoo.decoding.texts import Author
from zoo.tasks import Plan
from zoo.tasks.tokenizers import END, START
from zoo.training import Options, train
from zoo_tasks.reversal import Reversal

SMALL = {"dim": 32, "heads": 2, "hidden": 64, "layers": 1, "dropout": 0.0}
LONGEST = 4
"""Tokens, the end among them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--sources", type=int, default=50)
    parser.add_argument(
        "--alpha", type=float, default=0.0, help="of GNMT's normalisation; 0 is plain probability"
    )
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        run = train(
            "transformer",
            task="reversal",
            settings={"shortest": 2, "longest": 3},
            params=SMALL,
            options=Options(steps=given.steps, batch=32, device="cpu", measurements=1),
            out=Path(folder, "run"),
        )
        print(f"validation loss {run.validation_loss:.3f} nats after {run.step} steps")
        compare(Author.load(run.out, "cpu"), given.sources, Ranking(alpha=given.alpha))


def compare(author: Author, sources: int, ranking: Ranking) -> None:
    """What beams of several widths find, beside the best text of all."""
    made = Reversal(shortest=2, longest=3).data(Plan(batch=sources, seed=99, tokenizers=author.tokenizers))
    batch = made.batch(0)
    vocabulary = len(author.tokenizers["target"])
    widths = (1, 2, 3, 5, 10, vocabulary**LONGEST)
    found, worse = dict.fromkeys(widths, 0), dict.fromkeys(widths, 0)
    lost = dict.fromkeys(widths, 0.0)
    start = torch.tensor([START])
    for row in range(sources):
        inputs = {name: batch.inputs[name][row : row + 1] for name in ("source", "source_mask")}
        scorer = begin(author.model, "target", inputs).scorer
        (right,) = exhaustive_search(scorer, start, end=END, longest=LONGEST, ranking=ranking)
        greedy = 0.0
        for width in widths:
            beam = Beam(END, size=width, longest=LONGEST, ranking=ranking)
            ((best,),) = beam.search(scorer, start)
            greedy = best.score if width == 1 else greedy
            found[width] += best.tokens == right.tokens
            lost[width] += right.score - best.score
            worse[width] += best.score < greedy - 1e-6
    print(f"vocabulary {vocabulary}, at most {LONGEST} tokens, {sources} sources, alpha {ranking.alpha}")
    for width in widths:
        print(
            f"beam {width:6}: the best text {found[width]:3} of {sources}, mean score lost "
            f"{lost[width] / sources:7.4f}, worse than greedy {worse[width]}"
        )


if __name__ == "__main__":
    main()
