"""The bottleneck: digits backwards through one vector, and with attention; BLEU by length.

    python benchmarks/results/bottleneck.py seq2seq_plain seq2seq_additive

Each graph of the library is trained for the task `reversal` (rows of 4 to 30 digits) with the same budget,
and writes 300 rows that it has not seen, greedily.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from zoo.decoding import Beam
from zoo.decoding.judging import by_length, judge
from zoo.decoding.texts import Author
from zoo.tasks import Plan
from zoo.tasks.tokenizers import END
from zoo.training import Options, train
from zoo_tasks.reversal import Reversal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graphs", nargs="*", default=["seq2seq_plain", "seq2seq_additive"])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    options = Options(steps=given.steps, batch=given.batch, seed=given.seed, weight_decay=0.0, device="cpu")
    for graph in given.graphs:
        with TemporaryDirectory() as folder:
            run = train(graph, task="reversal", params={}, options=options, out=Path(folder, "run"))
            print(
                f"{graph}: {run.seconds:.0f} s, validation loss {run.validation_loss:.4f} nats, "
                f"{', '.join(f'{name} {value:.4f}' for name, value in run.metrics.items())}",
                flush=True,
            )
            show(Author.load(run.out, "cpu"))


def show(author: Author) -> None:
    """BLEU of what a model writes of rows it has not seen."""
    data = Reversal().data(Plan(batch=300, seed=12345, tokenizers=author.tokenizers))
    batch = data.batch(0)
    rows = {name: batch.inputs[name] for name in ("source", "source_mask")}
    with torch.no_grad():
        found = author.write(rows, Beam(END, size=1, longest=40))
    tokenizer = author.tokenizers["target"]
    wanted = [
        tokenizer.decode([int(each) for each in row[real][:-1]])
        for row, real in zip(batch.target, _real(batch.mask), strict=True)
    ]
    written = [" ".join(texts[0].text) for texts in found]
    right = [" ".join(text) for text in wanted]
    print(f"  BLEU {judge(written, right)[0].score:.1f} ({judge(written, right)[0].signature})")
    for name, count, score in by_length(written, right, (10, 15, 20, 25)):
        print(f"  {name:>8} digits  {count:4} rows  BLEU {score:5.1f}", flush=True)


def _real(mask: torch.Tensor | None) -> torch.Tensor:
    assert mask is not None
    return mask


if __name__ == "__main__":
    main()
