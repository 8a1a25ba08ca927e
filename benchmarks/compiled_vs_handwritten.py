"""Compiled graphs against the same models written by hand in plain PyTorch, with the same weights.

For three graphs at three sizes: first that outputs and all gradients are equal (float64, to 1e-10), then
the time of forward (without gradients) and of forward and backward (float32, training, dropout 0), in pairs
that take turns at going first. Goal: a ratio of at most 1.02. The peers stand in ``handwritten/``.

    python benchmarks/compiled_vs_handwritten.py [--threads 1] [--seconds 4] [--graph gpt] [--size small]

With ``--processor-time`` (of this thread alone) other programs disturb less.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch
from handwritten import gpt, seq2seq_additive, transformer
from handwritten.weights import renamed
from torch import Tensor, nn

import zoo

PEERS: dict[str, Any] = {"gpt": gpt, "transformer": transformer, "seq2seq_additive": seq2seq_additive}
GOAL = 1.02


@dataclass(frozen=True)
class Size:
    """What differs from the graph's own params, and the axes of its inputs."""

    params: dict[str, float]
    batch: int
    time: int


ATTENTION = {
    "small": Size({}, 16, 32),
    "medium": Size({"dim": 128, "heads": 4, "hidden": 512, "layers": 4}, 16, 64),
    "large": Size({"dim": 256, "heads": 8, "hidden": 1024, "layers": 6}, 8, 128),
}
RECURRENT = {
    "small": Size({}, 16, 16),
    "medium": Size({"dim": 128, "attention": 64}, 32, 24),
    "large": Size({"dim": 256, "attention": 128}, 64, 32),
}
SIZES = {"gpt": ATTENTION, "transformer": ATTENTION, "seq2seq_additive": RECURRENT}


def params_of(graph: zoo.Graph, size: Size) -> dict[str, Any]:
    """The params of a graph at a size, without dropout: two models would draw different numbers."""
    return {**graph.params, **size.params, **({"dropout": 0.0} if "dropout" in graph.params else {})}


def pair(name: str, size: Size, dtype: torch.dtype) -> tuple[nn.Module, nn.Module]:
    """The compiled graph and its peer, with the same weights."""
    graph = zoo.load(zoo.registry().graphs[name])
    params = params_of(graph, size)
    compiled = graph.compile(dtype=dtype, **params)
    peer: nn.Module = PEERS[name].Peer(**params).to(dtype)
    peer.load_state_dict(renamed(peer, compiled.state_dict(), PEERS[name].NAMES))
    return compiled, peer


def inputs(name: str, size: Size) -> tuple[Tensor, ...]:
    """A batch; sequences of the source have different lengths."""
    vocab: Any = zoo.load(zoo.registry().graphs[name]).params["vocab"]
    source, target = torch.randint(vocab, (2, size.batch, size.time))
    if name == "gpt":
        return (target,)
    lengths = torch.randint(1, size.time + 1, (size.batch, 1))
    lengths[0] = size.time
    return source, torch.arange(size.time) < lengths, target


def outputs(model: nn.Module, batch: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """What a model returns, as a tuple."""
    result: Any = model(*batch)
    return (result,) if isinstance(result, Tensor) else tuple(result)


def forward(model: nn.Module, batch: tuple[Tensor, ...]) -> None:
    """Once without gradients."""
    with torch.no_grad():
        model(*batch)


def both(model: nn.Module, batch: tuple[Tensor, ...]) -> None:
    """Forward and backward, as a step of training does."""
    model.zero_grad(set_to_none=True)
    outputs(model, batch)[0].logsumexp(-1).mean().backward()  # pyright: ignore[reportUnknownMemberType] - torch types it in part


def differences(name: str, size: Size) -> tuple[float, float]:
    """The largest difference of an output, and of a gradient."""
    batch = inputs(name, size)
    results: list[tuple[Tensor, ...]] = []
    models = pair(name, size, torch.float64)
    for model in models:
        results.append(outputs(model, batch))
        torch.cat([(tensor.sin() * tensor).flatten() for tensor in results[-1]]).sum().backward()  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    compiled, peer = models
    ours = {
        key: parameter.grad for key, parameter in compiled.named_parameters() if parameter.grad is not None
    }
    theirs = renamed(peer, ours, PEERS[name].NAMES)
    gradients = [
        float((theirs[key] - parameter.grad).abs().max())
        for key, parameter in peer.named_parameters()
        if parameter.grad is not None
    ]
    assert len(ours) == len(gradients) == len(list(compiled.parameters()))
    return max(float((a - b).detach().abs().max()) for a, b in zip(*results, strict=True)), max(gradients)


def seconds(
    what: Callable[[nn.Module, tuple[Tensor, ...]], None],
    models: tuple[nn.Module, nn.Module],
    batch: tuple[Tensor, ...],
    budget: float,
    clock: Callable[[], float],
) -> tuple[list[float], list[float]]:
    """Times of both models, taken in turns until the budget is spent."""
    for _ in range(3):
        for model in models:
            what(model, batch)
    taken: tuple[list[float], list[float]] = ([], [])
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(taken[0]) < 10:
        order = (0, 1) if len(taken[0]) % 2 else (1, 0)
        for which in order:
            start = clock()
            what(models[which], batch)
            taken[which].append(clock() - start)
    return taken


def machine() -> str:
    """The processor, as the system names it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=4.0, help="for each line of the table")
    parser.add_argument("--processor-time", action="store_true")
    parser.add_argument("--graph", choices=PEERS)
    parser.add_argument("--size", choices=ATTENTION)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    clock = time.thread_time if options.processor_time else time.perf_counter
    print(f"torch {torch.__version__}, {options.threads} thread(s), {machine()}; milliseconds, medians\n")
    head = f"{'graph':<17} {'size':<7} {'what':<9} {'compiled':>9} {'by hand':>9} {'ratio':>6} {'pairs':>6}"
    print(f"{head}  outputs, gradients differ by")
    worst = 0.0
    for name in [options.graph] if options.graph else PEERS:
        for label in [options.size] if options.size else ATTENTION:
            torch.manual_seed(0)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
            size = SIZES[name][label]
            apart = differences(name, size)
            assert max(apart) <= 1e-10, (name, label, apart)
            models, batch = pair(name, size, torch.float32), inputs(name, size)
            for title, what in (("forward", forward), ("both", both)):
                ours, theirs = seconds(what, models, batch, options.seconds, clock)
                ratio = median(ours) / median(theirs)
                worst = max(worst, ratio)
                times = f"{median(ours) * 1e3:>9.3f} {median(theirs) * 1e3:>9.3f}"
                line = f"{name:<17} {label:<7} {title:<9} {times}"
                said = f"{apart[0]:.0e}, {apart[1]:.0e}" if title == "forward" else ""
                print(f"{line} {ratio:>6.3f} {len(ours):>6}  {said}".rstrip(), flush=True)
    print(f"\nlargest ratio {worst:.3f}, goal {GOAL}")


if __name__ == "__main__":
    main()
