"""The bottleneck: digits backwards through one vector, and with attention; BLEU by length.

    python benchmarks/results/bottleneck.py seq2seq_plain seq2seq_additive

Each graph is trained for the task `reversal` (rows of 4 to 30 digits) with the same budget, and writes 300
rows that it has not seen, greedily. Beside BLEU stand the digits that are right before the first wrong one,
and the digits written for each that was wanted. The last lines judge digits at random, as many as wanted:
what BLEU gives for nothing.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

import torch

from zoo.decoding import Beam
from zoo.decoding.judging import judge
from zoo.decoding.texts import Author
from zoo.tasks import Data, Plan
from zoo.tasks.tokenizers import END
from zoo.training import Options, train
from zoo_tasks.reversal import Reversal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graphs", nargs="*", default=["seq2seq_plain", "seq2seq_additive"])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--longest", type=int, default=30, help="digits of a row")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    options = Options(steps=given.steps, batch=given.batch, seed=given.seed, weight_decay=0.0, device="cpu")
    task = Reversal(longest=given.longest)
    data = task.data(Plan(batch=300, seed=12345))
    wanted, rows = _wanted(data), data.batch(0).inputs
    for graph in given.graphs:
        with TemporaryDirectory() as folder:
            run = train(
                graph,
                task="reversal",
                settings={"longest": given.longest},
                options=options,
                out=Path(folder, "run"),
            )
            print(
                f"{graph}: {run.seconds:.0f} s, validation loss {run.validation_loss:.4f} nats, "
                f"{', '.join(f'{name} {value:.4f}' for name, value in run.metrics.items())}",
                flush=True,
            )
            author = Author.load(run.out, "cpu")
            with torch.no_grad():
                found = author.write(
                    {name: rows[name] for name in ("source", "source_mask")},
                    Beam(END, size=1, longest=given.longest + 10),
                )
            show(wanted, [" ".join(texts[0].text) for texts in found])
    drawn = random.Random(0)
    print("digits at random, as many as wanted")
    show(wanted, [" ".join(drawn.choice("0123456789") for _ in row.split()) for row in wanted])


def _wanted(data: Data) -> list[str]:
    """The rows of the first batch as they should be written, their digits as words."""
    batch = data.batch(0)
    assert batch.mask is not None
    rows = [row[real][:-1] for row, real in zip(batch.target, batch.mask, strict=True)]
    return [" ".join(data.tokenizers["target"].decode([int(each) for each in row])) for row in rows]


def show(wanted: Sequence[str], written: Sequence[str]) -> None:
    """BLEU by length, how far the rows are right, and how long they are."""
    score = judge(written, wanted)[0]
    print(f"  BLEU {score.score:.1f} ({score.signature})")
    lengths = [len(row.split()) for row in wanted]
    for low in (0, *range(10, max(lengths), 5)):
        high = max(low + 5, 10)
        places = [place for place, length in enumerate(lengths) if low < length <= high]
        wants, writes = [wanted[place] for place in places], [written[place] for place in places]
        right = fmean(map(_right_at_first, wants, writes))
        share = fmean(len(b.split()) / len(a.split()) for a, b in zip(wants, writes, strict=True))
        bleu = judge(writes, wants)[0].score
        print(
            f"  {low + 1:2} to {high:2} digits  {len(places):3} rows  BLEU {bleu:5.1f}  "
            f"right at first {right:4.1f}  length {share:.2f}",
            flush=True,
        )


def _right_at_first(wanted: str, written: str) -> int:
    """How many digits are right before the first that is wrong."""
    same = [a == b for a, b in zip(wanted.split(), written.split(), strict=False)]
    return same.index(False) if False in same else len(same)


if __name__ == "__main__":
    main()
