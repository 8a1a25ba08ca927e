"""A file of ONNX in onnxruntime against the model that it was made of, eager, at batch 1.

One thread each, runs in turn, the median of the times; and what exporting took, with its verification. Needs
the extra ``export``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import torch

import zoo
from zoo.checker import resolve
from zoo.compiler import compile_graph
from zoo.samples import random_inputs

GRAPHS: dict[str, dict[str, int]] = {
    "gpt": {"time": 64},
    "transformer": {"source": 32, "target": 32},
    "lstm_language_model": {"time": 64},
}


def milliseconds(run: Callable[[], object]) -> float:
    """What one run takes."""
    begun = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - begun)


def measure(name: str, sizes: dict[str, int], rounds: int, folder: Path) -> str:
    """One row of the table."""
    graph = zoo.load(zoo.registry().graphs[name])
    model = compile_graph(graph).eval()
    done = zoo.export(model, folder / f"{name}.onnx")
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(done.path, options)
    given = random_inputs(resolve(graph), {"batch": 1, **sizes}, torch.float32, torch.device("cpu"), 0)
    fed = {key: x.numpy() for key, x in given.items()}
    ours: list[float] = []
    theirs: list[float] = []
    with torch.no_grad():
        for count in range(rounds + 3):
            pair = milliseconds(lambda: model(given)), milliseconds(lambda: session.run(None, fed))
            if count >= 3:  # both are warm
                ours.append(pair[0])
                theirs.append(pair[1])
    eager, exported = median(ours), median(theirs)
    told = ", ".join(f"{axis} {size}" for axis, size in sizes.items())
    return (
        f"| {name} | {told} | {eager:.2f} | {exported:.2f} | {exported / eager:.2f} | {done.seconds:.1f} | "
        f"{done.path.stat().st_size / 2**20:.1f} | {done.difference:.0e} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    if find_spec("onnxruntime") is None:
        print("onnxruntime is not installed: pip install -e '.[export]'")
        return
    torch.set_num_threads(1)
    print("| graph | sizes | eager, ms | onnxruntime, ms | ratio | export, s | file, MiB | difference |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    with TemporaryDirectory() as folder:
        for name, sizes in GRAPHS.items():
            print(measure(name, sizes, rounds, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
