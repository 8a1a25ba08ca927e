"""The memory horizon: the longest delay over which a network learns to recall a symbol, with a fixed budget.

    python benchmarks/results/horizon.py rnn lstm0 lstm3 gru gpt

For each network the lags grow until two in a row are not learned. A lag is learned when at least 99 of 100
answers on 512 held-out rows are right within the budget; a run that is there ends early.
"""

import argparse
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from zoo.training import Options, train
from zoo.training.watcher import Moment, Watcher

GRAPHS = Path(__file__).parent / "graphs"
SMALL_GPT = {"dim": 64, "heads": 2, "hidden": 128, "layers": 1, "dropout": 0.0}
NETWORKS: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "rnn": (str(GRAPHS / "recall_rnn.yaml"), {}),
    "lstm0": (str(GRAPHS / "recall_lstm.yaml"), {"forget_bias": 0.0}),
    "lstm3": (str(GRAPHS / "recall_lstm.yaml"), {"forget_bias": 3.0}),
    "gru": (str(GRAPHS / "recall_gru.yaml"), {}),
    "gpt": ("gpt", SMALL_GPT),
}
LAGS = (5, 7, 10, 12, 15, 20, 30, 50, 80, 100, 150, 200, 300, 500, 1000)
LEARNED = 0.99


class Learned(Exception):
    """Enough answers are right; ends the run."""


class Until(Watcher):
    """Ends a run once it has learned, and keeps the best it saw."""

    best, step = 0.0, 0

    def measured(self, moment: Moment) -> None:
        if moment.metrics["accuracy"] > self.best:
            self.best, self.step = moment.metrics["accuracy"], moment.step
        if self.best >= LEARNED:
            raise Learned


def attempt(network: str, lag: int, options: Options) -> tuple[float, int]:
    """The best share of right answers on held-out rows, and the step at which it was seen."""
    graph, params = NETWORKS[network]
    seen = Until()
    with TemporaryDirectory() as folder, suppress(Learned):
        train(
            graph,
            task="delayed_recall",
            settings={"lag": lag},
            params=params,
            options=options,
            out=Path(folder, "run"),
            watcher=seen,
        )
    return seen.best, seen.step


def horizon(network: str, options: Options, lags: tuple[int, ...]) -> int:
    """The longest lag learned before two in a row are not."""
    reached, failures = 0, 0
    for lag in lags:
        began = time.perf_counter()
        best, step = attempt(network, lag, options)
        learned = best >= LEARNED
        taken = time.perf_counter() - began
        verdict = "learned" if learned else "not learned"
        print(
            f"{network:6} lag {lag:5}  {verdict:11}  {best:.3f} at step {step:5}  {taken:6.1f} s", flush=True
        )
        reached, failures = (lag, 0) if learned else (reached, failures + 1)
        if failures == 2:
            break
    return reached


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "networks", nargs="*", default=[*NETWORKS], metavar="NETWORK", help=", ".join(NETWORKS)
    )
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lags", type=int, nargs="*", default=LAGS)
    given = parser.parse_args()
    options = Options(
        steps=given.steps,
        batch=given.batch,
        seed=given.seed,
        learning_rate=3e-3,
        weight_decay=0.0,
        measurements=20,
        device="cpu",
    )
    for network in given.networks:
        print(f"{network}: {horizon(network, options, tuple(given.lags))}", flush=True)


if __name__ == "__main__":
    main()
