"""Characters of Shakespeare with nanoGPT's settings for a CPU: loss and speed beside a loop by hand.

    python benchmarks/results/shakespeare.py tinyshakespeare.txt

`zoo train` and the loop of nanogpt.py take turns in one process, two steps each, so that whatever else the
machine does slows both. Times are processor times of steps alone; what `zoo train` spends on measuring and
saving in between is listed separately. The graph is the library's gpt without biases; --graph names others.
"""

# ruff: noqa: ARG002  # the run says what a watcher is called with

import argparse
import time
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
import torch.nn.functional as F
from nanogpt import Model, training
from torch import Tensor

from zoo.tasks.characters import Vocabulary
from zoo.tasks.text import read_text
from zoo.training import Options, train
from zoo.training.schedule import Clock
from zoo.training.watcher import Facts, Moment, Watcher
from zoo_tasks.windows import split, validation_windows

LAYERS, HEADS, DIM, CONTEXT, BATCH, RATE = 4, 4, 128, 64, 12, 1e-3
GRAPH = Path(__file__).parent / "graphs" / "nanogpt.yaml"
TURN = 2
"""Steps."""


class TakingTurns(Watcher):
    """After so many steps of a run it is the loop's turn; how long each took."""

    def __init__(self, model: Model, text: Tensor, steps: int) -> None:
        self.loop = training(model, text, CONTEXT, BATCH, steps, RATE)
        self.ours: list[float] = []
        self.by_hand: list[float] = []
        self.aside, self._taken, self._since = 0.0, 0.0, 0.0

    def prepared(self, facts: Facts, clock: Clock) -> None:
        self._since = time.process_time()

    def stepped(self, clock: Clock, train_loss: float) -> None:
        self._taken += time.process_time() - self._since
        if clock.step % TURN == 0:
            self.ours.append(self._taken)
            self._taken, begun = 0.0, time.process_time()
            for _ in islice(self.loop, TURN):
                pass
            self.by_hand.append(time.process_time() - begun)
        self._since = time.process_time()

    def measured(self, moment: Moment) -> None:
        now = time.process_time()
        self.aside += now - self._since
        self._since = now
        print(f"step {moment.step:5}: {moment.validation_loss:.4f} nats", flush=True)


def held_out(model: Model, text: Tensor) -> float:
    """The loss of the model by hand on what `zoo train` measures on."""
    total, count = 0.0, 0
    with torch.no_grad():
        for batch in validation_windows(text, CONTEXT, 32):
            logits = model(batch.inputs["tokens"]).flatten(0, 1)
            total += float(F.cross_entropy(logits, batch.target.flatten(), reduction="sum"))
            count += batch.target.numel()
    return total / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--graph", default=str(GRAPH), help="such as gpt, whose linear maps have biases")
    given = parser.parse_args()
    text, _ = read_text(given.text)
    vocabulary = Vocabulary.of(text)
    parts = split(vocabulary.encode(text), CONTEXT)
    torch.manual_seed(0)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    model = Model(len(vocabulary), CONTEXT, DIM, HEADS, LAYERS)
    turns = TakingTurns(model, parts.train, given.steps)
    with TemporaryDirectory() as folder:
        run = train(
            given.graph,
            text=given.text,
            settings={"context": CONTEXT},
            params={"layers": LAYERS, "heads": HEADS, "dim": DIM, "hidden": 4 * DIM, "dropout": 0.0},
            options=Options(steps=given.steps, batch=BATCH, learning_rate=RATE, measurements=4, device="cpu"),
            out=Path(folder, "run"),
            watcher=turns,
        )
    ours, by_hand = (
        [1000 * each / TURN for each in times[1:]]  # the first warms up
        for times in (turns.ours, turns.by_hand)
    )
    ratios = [a / b for a, b in zip(ours, by_hand, strict=True)]
    print(
        f"held out: zoo train {run.validation_loss:.3f} nats, by hand {held_out(model, parts.validation):.3f}"
    )
    print(
        f"a step: zoo train {median(ours):.1f} ms, by hand {median(by_hand):.1f} ms; ratio "
        f"{median(ratios):.3f} (median of {len(ratios)} turns, from {min(ratios):.2f} to {max(ratios):.2f})"
    )
    print(f"measuring and saving: {turns.aside:.1f} s of {turns.aside + sum(turns.ours):.1f}")


if __name__ == "__main__":
    main()
