"""Every layer that must be there against its fastest peer: forward, and forward and backward.

The same batch of 4,096 steps is one sequence of 4,096, four of 1,024 or thirty-two of 128; width 256, eight
heads. What treats each step for itself is measured at the first length alone. Ours and the peer take turns at
going first; a ratio is the median over all turns of our time by theirs. Goal: at most 1.0 where both do the
same work. That they do is for tests/plugins to say, which compare outputs and gradients.

    python benchmarks/layers.py [--only multi_head] [--lengths 128 1024 4096] [--seconds 1] [--threads 1]
    python benchmarks/layers.py --device cuda --dtype bfloat16

On the CPU it is processor time, so that other programs disturb less; the whole takes about ten minutes there.
Growth up to 16,384 steps is for attention_growth.py. Peers that are not installed are left out, by name
(CONTRIBUTING.md says how to have them).
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import Any

import torch
from layer_pairs import attention, recurrent, stepwise
from layer_pairs.making import Made, Pair, Work
from torch import Tensor

PEERS = ("torch", "x-transformers", "transformers", "linformer", "joeynmt")
GROUPS: tuple[Callable[[Made], Iterator[Pair]], ...] = (
    recurrent.cells,
    recurrent.sequences,
    attention.memory,
    attention.full,
    attention.sparse,
    stepwise.networks,
    stepwise.positions,
)
STEPWISE = (recurrent.cells, stepwise.networks)
"""Groups in which a step is a step, however long the sequences are."""


def run(work: Work, inputs: Sequence[Tensor], device: torch.device, *, backward: bool) -> float:
    """Seconds of one call."""
    for each in (*inputs, *work.module.parameters()):
        each.grad = None
    begin = now(device)
    with torch.set_grad_enabled(backward):
        call: Callable[..., Any] = work.call
        found = call(*inputs)
        if backward:
            out: Any = (found if isinstance(found, Tensor) else found[0]).sum()
            out.backward()
    return now(device) - begin


def now(device: torch.device) -> float:
    """Seconds of the processor on the CPU; of the clock elsewhere, once all that was asked for is done."""
    if device.type == "cpu":
        return time.process_time()
    torch.cuda.synchronize(device)
    return time.perf_counter()


def compared(pair: Pair, made: Made, seconds: float, *, backward: bool) -> tuple[float, float]:
    """Our milliseconds, and the ratio to theirs: medians over turns, at least three."""
    for work in (pair.ours, pair.theirs):
        work.module.to(made.device, made.dtype).train()
        run(work, pair.inputs, made.device, backward=backward)
    times: list[tuple[float, float]] = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or (time.perf_counter() < end and len(times) < 500):
        turn = [pair.ours, pair.theirs] if len(times) % 2 else [pair.theirs, pair.ours]
        spent = {id(work): run(work, pair.inputs, made.device, backward=backward) for work in turn}
        times.append((spent[id(pair.ours)], spent[id(pair.theirs)]))
    return median(own for own, _ in times) * 1e3, median(own / theirs for own, theirs in times)


def pairs(made: Made, only: str, first: bool) -> Iterator[Pair]:
    """All pairs of layer and peer, at one length; a group whose peer is missing says so."""
    for group in GROUPS:
        if group in STEPWISE and not first:
            continue
        try:
            for pair in group(made):
                if only in f"{pair.layer} | {pair.peer}":
                    yield pair
        except ImportError as error:
            print(f"{group.__name__}: the rest is left out, for there is no {error.name}")


def installed(name: str) -> str:
    """A distribution and its version."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"no {name}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="pairs that have this in `layer | peer`")
    parser.add_argument("--lengths", type=int, nargs="+", default=[128, 1024, 4096])
    parser.add_argument("--seconds", type=float, default=1.0, help="for each ratio")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16", "float16"])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    where = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    python = f"Python {platform.python_version()}"
    print(", ".join([*map(installed, PEERS), python, where, options.dtype]), end="\n\n")
    print("| layer | peer | steps | ms, forward | ratio | ms, with backward | ratio |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for length in options.lengths:
        torch.default_generator.manual_seed(0)
        made = Made(length, device, getattr(torch, options.dtype))
        for pair in pairs(made, options.only, length == options.lengths[0]):
            forward, ratio = compared(pair, made, options.seconds, backward=False)
            both, whole = compared(pair, made, options.seconds, backward=True)
            figures = f"{forward:.2f} | {ratio:.2f} | {both:.2f} | {whole:.2f}"
            print(f"| {pair.layer} | {pair.peer} | {length:,} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
