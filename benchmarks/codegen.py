"""From text to model: seconds to load, check, write and build graphs of 100, 1,000 and 10,000 nodes,
without weights.

Goals: 1,000 nodes within 0.15 s, 10,000 within 1.5 s, growth linear; a transformer with 96 layers within
0.15 s. Weights are on the meta device, so that none are drawn. The packs are loaded before.

    python benchmarks/codegen.py
"""

from __future__ import annotations

import gc
import time
from itertools import pairwise
from statistics import median

import torch

import zoo
from zoo.checker import resolve
from zoo.collecting import paused
from zoo.compiler.driver import lower
from zoo.compiler.materialise import materialise
from zoo.compiler.scans import loop
from zoo.compiler.unit import Recipe

HEAD = """\
format: zoo/1
name: long
inputs: {x: float batch time 16}
outputs: {y: last}
nodes:
"""
GROUP = """\
  norm_{i}: {{use: norm/layer_norm, in: {before}}}
  up_{i}: {{use: basic/linear, with: {{output: 32}}, in: norm_{i}}}
  bent_{i}: {{use: basic/tanh, in: up_{i}}}
  down_{i}: {{use: basic/linear, with: {{output: 16}}, in: bent_{i}}}
  add_{i}: {{use: basic/add, in: [{before}, down_{i}]}}
"""


def text(nodes: int) -> str:
    """A graph of so many nodes: residual groups of five, one after the other."""
    groups = [GROUP.format(i=i, before=f"add_{i - 1}" if i else "x") for i in range(nodes // 5)]
    return HEAD + "".join(groups) + f"  last: {{use: basic/tanh, in: add_{nodes // 5 - 1}}}\n"


def stages(source: str, **params: int) -> list[float]:
    """Seconds to read, check, write and execute, and build a graph."""
    marks = [time.perf_counter()]
    graph = zoo.loads(source)
    marks.append(time.perf_counter())
    with paused():  # as graph.compile has it
        resolution = resolve(graph, params=params)
        assert resolution.ok, resolution.problems
        marks.append(time.perf_counter())
        unit = lower(Recipe(graph, params), resolution, loop.lowering())
        marks.append(time.perf_counter())
        materialise(unit, torch.device("meta"), torch.float32, 0)
        marks.append(time.perf_counter())
    return [after - before for before, after in pairwise(marks)]


def row(title: str, goal: float | None, source: str, times: int = 5, **params: int) -> float:
    """Print the median of each stage; returns that of the whole."""
    runs: list[list[float]] = []
    for _ in range(times + 1):
        gc.collect()
        runs.append(stages(source, **params))
    columns = [median(column) for column in zip(*runs[1:], strict=True)]
    total = median(sum(run) for run in runs[1:])
    said = "" if goal is None else f"{goal:.2f}"
    print(f"{title:<24} {said:>6} {total:>8.3f} " + " ".join(f"{column:>8.3f}" for column in columns))
    return total


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    zoo.registry()
    print(f"torch {torch.__version__}; seconds, median of 5 after a first run\n")
    print(f"{'graph':<24} {'goal':>6} {'whole':>8} {'load':>8} {'check':>8} {'write':>8} {'build':>8}")
    totals = [row(f"{n:,} nodes", goal, text(n)) for n, goal in ((100, None), (1000, 0.15), (10_000, 1.5))]
    print(f"{'growth':<24} {'':>6} ×{totals[1] / totals[0]:.1f}, ×{totals[2] / totals[1]:.1f}")
    transformer = zoo.registry().graphs["transformer"].read_text(encoding="utf-8")
    row("transformer, 96 layers", 0.15, transformer, layers=96)


if __name__ == "__main__":
    main()
