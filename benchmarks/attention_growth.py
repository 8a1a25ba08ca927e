"""How attention and recurrence grow with the length: time and peak memory, forward and backward.

Each measurement is a process of its own: the best time of five runs after a first (processor time on a
CPU), and what was held at most beyond what was held before, by the process or on the GPU. The exponent is
the slope of a line through the logarithms: 1 is linear, 2 quadratic. Goals: at most 1.2 for what claims to
be linear, to 16,384 steps; full attention, which is quadratic by nature, is measured beside it, with
weights as somebody who looks at them gets them.

    python benchmarks/attention_growth.py [--threads 1] [--layer attention/big_bird] [--device cuda]
    python benchmarks/attention_growth.py --lengths 256 1024 4096 8192
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import fmean
from typing import Any

LENGTHS = (1024, 2048, 4096, 8192, 16384)
DIM, HEADS = 128, 4
WIDTHS = {"dim": DIM, "heads": HEADS, "key_dim": DIM, "value_dim": DIM}
LAYERS: dict[str, dict[str, Any]] = {
    "attention/multi_head": WIDTHS,
    "attention/linformer": WIDTHS | {"rank": 128, "max_length": LENGTHS[-1]},
    "attention/sliding_window": WIDTHS | {"window": 256, "global_tokens": 4},
    "attention/big_bird": WIDTHS | {"block": 64, "random_blocks": 3},
    "attention/linear": WIDTHS | {"causal": True},
    "attention/retention": {"dim": DIM, "heads": HEADS},
    "attention/gated_delta_net": {"dim": DIM, "heads": HEADS},
    "recurrent/rnn": {"input": DIM, "hidden": DIM},
    "recurrent/lstm": {"input": DIM, "hidden": DIM},
}
QUADRATIC = {"attention/multi_head": LENGTHS[:3]}
GOAL = 1.2
NOISE = 2**20
"""Bytes below which an allocator's own needs hide what a layer holds; less is left out of the exponent."""


class Processor:
    """Time and memory on the CPU."""

    def now(self) -> float:
        """Seconds that this process has computed."""
        return time.process_time()

    def held(self) -> int:
        """Bytes that it holds."""
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * resource.getpagesize()

    def most(self) -> int:
        """Bytes that it held at most."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Gpu:
    """Time and memory on a GPU."""

    def __init__(self) -> None:
        from torch import cuda

        self.cuda = cuda

    def now(self) -> float:
        """Seconds, once all that was asked for is done."""
        self.cuda.synchronize()
        return time.perf_counter()

    def held(self) -> int:
        """Bytes of its tensors."""
        self.cuda.reset_peak_memory_stats()
        return self.cuda.memory_allocated()

    def most(self) -> int:
        """Bytes of its tensors at most, since they were last counted."""
        return self.cuda.max_memory_allocated()


def measure(name: str, length: int, threads: int, device: str) -> tuple[float, int]:
    """Seconds for forward and backward, and bytes held at most while they run."""
    import torch  # not above: what the process that starts this one holds would count as held

    import zoo

    torch.set_num_threads(threads)
    layer: Any = zoo.registry().layers[name].cls(**LAYERS[name]).to(device)
    clock = Processor() if device == "cpu" else Gpu()
    inputs = len(zoo.registry().layers[name].required)
    flags = {"weights": True} if name in QUADRATIC else {}

    def run(steps: int) -> float:
        x = torch.randn(1, steps, DIM, requires_grad=True, device=device)
        begin = clock.now()
        found: Any = layer(*[x] * inputs, **flags)
        out: Any = found if isinstance(found, torch.Tensor) else found.out
        out.sum().backward()
        return clock.now() - begin

    run(256)
    before = clock.held()
    run(length)
    most = clock.most() - before
    return min(run(length) for _ in range(5)), most


def slope(points: dict[int, float]) -> float:
    """The exponent of growth: least squares through the logarithms; NaN of fewer than two points."""
    if len(points) < 2:
        return math.nan
    xs, ys = [math.log(x) for x in points], [math.log(y) for y in points.values()]
    return sum((x - fmean(xs)) * y for x, y in zip(xs, ys, strict=True)) / sum(
        (x - fmean(xs)) ** 2 for x in xs
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--layer", choices=LAYERS)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--lengths", type=int, nargs="+", help="these lengths, for all layers")
    parser.add_argument("--length", type=int, help="measure this length of the layer alone, and print JSON")
    options = parser.parse_args()
    if options.length:
        print(json.dumps(measure(options.layer, options.length, options.threads, options.device)))
        return
    print(f"{'layer':<26} {'length':>7} {'ms':>9} {'MiB':>8}")
    for name in [options.layer] if options.layer else LAYERS:
        times: dict[int, float] = {}
        memory: dict[int, float] = {}
        for length in options.lengths or QUADRATIC.get(name, LENGTHS):
            command = [sys.executable, __file__, "--threads", str(options.threads)]
            command += ["--device", options.device]
            command += ["--layer", name, "--length", str(length)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            times[length], memory[length] = json.loads(done.stdout)
            print(
                f"{name:<26} {length:>7,} {times[length] * 1e3:>9.1f} {memory[length] / 2**20:>8.1f}",
                flush=True,
            )
        said = "by nature" if name in QUADRATIC else f"goal {GOAL}"
        held = {length: each for length, each in memory.items() if each >= NOISE}
        print(f"{name:<26} exponent {slope(times):>7.2f} {slope(held):>8.2f}   ({said})\n", flush=True)


if __name__ == "__main__":
    main()
