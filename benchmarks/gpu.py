"""What is measured where there is a GPU: training, recurrences, generation, and steps as CUDA graphs.

    train     a step of GPT-2's size (124 million weights, bfloat16 by autocast, 1,024 tokens, fused AdamW),
              eager and by ``torch.compile``: tokens a second, and the share of the GPU's peak that this is
              (MFU), beside the same model by hand, and Hugging Face's where ``transformers`` is at hand
    lstm      scans beside cuDNN's ``nn.LSTM``: ``lowerings.py --device cuda``
    generate  tokens a second: ``generation.py --size gpt2 --device cuda``
    graphs    one step of an LSTM's stream as a CUDA graph, beside the same step launched kernel by kernel

    python benchmarks/gpu.py [--part train] [--batch 16] [--repeats 20] [--peak 989]
    python benchmarks/gpu.py --device cpu --size tiny --eager      # tries the script where there is no GPU

Models take turns, step by step; what is shown is the median. The others say why they are left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import generation
import lowerings
import torch
import torch.nn.functional as F
from handwritten import gpt
from handwritten.weights import renamed
from torch import Tensor, nn

import zoo
from zoo.streaming import mapped

SIZES: dict[str, dict[str, Any]] = {
    "gpt2": {"vocab": 50257, "context": 1024, "dim": 768, "heads": 12, "hidden": 3072, "layers": 12},
    "tiny": {"vocab": 61, "context": 16, "dim": 16, "heads": 2, "hidden": 32, "layers": 2},
}
PEAKS = {"H200": 989, "H100 PCIe": 756, "H100": 989, "A100": 312, "RTX 4090": 165, "RTX 3090": 71}
"""Teraflops of dense bfloat16 with sums in float32, by a part of the GPU's name (NVIDIA's datasheets)."""


@dataclass
class Trained:
    """A model in training: what it is called, how its loss is had, and its optimiser."""

    name: str
    model: nn.Module
    loss: Callable[[Tensor], Tensor]
    optimiser: torch.optim.Optimizer

    def step(self, tokens: Tensor) -> Tensor:
        """One step; the loss before it."""
        with torch.autocast(tokens.device.type, torch.bfloat16):
            loss = self.loss(tokens)
        loss.backward()  # pyright: ignore[reportUnknownMemberType] - torch types it in part
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return loss.detach()


def trained(name: str, model: nn.Module, *, logits: Callable[[Any], Tensor], compiled: bool) -> Trained:
    """A model with its optimiser; compiled, if wished."""
    tracer: Any = torch  # its types are partial
    run: Any = tracer.compile(model) if compiled else model

    def loss(tokens: Tensor) -> Tensor:
        return F.cross_entropy(logits(run(tokens[:, :-1])).flatten(0, 1), tokens[:, 1:].flatten())

    fused = next(model.parameters()).is_cuda
    return Trained(name, model, loss, torch.optim.AdamW(model.parameters(), 3e-4, fused=fused))


def candidates(size: str, device: str, *, eager: bool) -> Iterator[Trained]:
    """The same model by the zoo, by hand and by Hugging Face, eager and compiled."""
    ways = (False,) if eager else (False, True)
    params: dict[str, Any] = {**SIZES[size], "dropout": 0.0}
    graph = zoo.load(zoo.registry().graphs["gpt"])
    start = graph.compile(seed=0, **params)
    for compiled in ways:
        word = ", compiled" if compiled else ""
        ours = graph.compile(device=device, **params)
        ours.load_state_dict(start.state_dict())
        yield trained(f"zoo{word}", ours, logits=lambda out: out, compiled=compiled)
        peer = gpt.Peer(**params)
        peer.load_state_dict(renamed(peer, start.state_dict(), gpt.NAMES))
        yield trained(f"by hand{word}", peer.to(device), logits=lambda out: out, compiled=compiled)
        if not compiled and importlib.util.find_spec("transformers") is None:
            print("hugging face: left out, for transformers is not installed")
        if importlib.util.find_spec("transformers") is None:
            continue
        other: Any = generation.peer(start, params).to(device).train()
        other.config.use_cache = False
        yield trained(f"hugging face{word}", other, logits=lambda out: out.logits, compiled=compiled)


def train(device: str, size: str, batch: int, repeats: int, peak: float | None, *, eager: bool) -> None:
    """The table of training steps."""
    models = [*candidates(size, device, eager=eager)]
    params = SIZES[size]
    length = params["context"]
    weights = sum(each.numel() for each in models[0].model.parameters())
    # Six a weight and token, and attention's twelve a layer, width and step (Chowdhery et al. 2022, B).
    flops = 6 * weights + 12 * params["layers"] * params["dim"] * length
    torch.manual_seed(0)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    tokens = torch.randint(params["vocab"], (batch, length + 1), device=device)
    times: dict[str, list[float]] = {each.name: [] for each in models}
    losses: dict[str, Tensor] = {}
    for turn in range(-3, repeats):  # the first three compile and warm up
        for each in models if turn % 2 else reversed(models):
            begin = time.perf_counter()
            losses[each.name] = each.step(tokens)
            _wait(device)
            if turn >= 0:
                times[each.name].append(time.perf_counter() - begin)
    print(f"\ntrain: {weights / 1e6:.0f} million weights, {batch} × {length} tokens, bfloat16")
    print(f"{'model':<24} {'ms':>9} {'tokens/s':>10} {'MFU':>6} {'loss':>8}")
    for name, taken in times.items():
        speed = batch * length / median(taken)
        share = f"{speed * flops / peak / 1e12:>6.1%}" if peak else f"{'?':>6}"
        loss = float(losses[name])
        print(f"{name:<24} {median(taken) * 1e3:>9.1f} {speed:>10.0f} {share} {loss:>8.4f}", flush=True)
    if not peak:
        print("MFU is not known without the GPU's peak: give it by --peak, in teraflops")


def graphs(repeats: int) -> None:
    """A step of an LSTM's stream, launched kernel by kernel and as one CUDA graph."""
    graph = zoo.load(zoo.registry().graphs["lstm_language_model"])
    model = graph.compile(device="cuda", seed=0).eval()
    vocab: Any = graph.params["vocab"]
    texts = torch.randint(vocab, (64, 1), device="cuda")
    with torch.no_grad():
        token = texts[0].clone()
        run, logits = captured(model.stream(batch=1), token)
        stream, apart = model.stream(batch=1), 0.0
        for each in texts:
            expected, stream = stream.step(each)
            token.copy_(each)
            run()
            apart = max(apart, float((logits - expected).abs().max()))

        def launched(stream: Any = stream) -> None:
            for each in texts:
                _, stream = stream.step(each)

        def replayed() -> None:
            for each in texts:
                token.copy_(each)
                run()

        plain, whole = generation.timed(launched, replayed, time.perf_counter, repeats)
    print("\ngraphs: one step of lstm_language_model, batch 1, µs")
    print(f"{'launched':>9} {'as a graph':>11} {'ratio':>6}   outputs differ by")
    per = 1e6 / len(texts)
    print(f"{plain * per:>9.1f} {whole * per:>11.1f} {plain / whole:>6.2f}   {apart:.0e}")


def captured(stream: Any, token: Tensor) -> tuple[Callable[[], None], Tensor]:
    """A step as a CUDA graph that reads ``token``, and the logits that it writes; its state goes on in place.

    Fit for states of tensors alone: a count of steps (of a cache that grows) would stand still in a graph.
    """
    counts = [name for name, x in stream.state_dict().items() if not name.startswith("#") and not x.dim()]
    assert not counts, counts
    side: Any = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):  # cuDNN and cuBLAS take their memory before the capture
        for _ in range(3):
            stream.step(token)
    torch.cuda.current_stream().wait_stream(side)
    graph: Any = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        logits = in_place(stream, token)
    return graph.replay, logits


def in_place(stream: Any, token: Tensor) -> Tensor:
    """The logits of a step, whose state is written over the one before it."""
    logits, after = stream.step(token)
    for old, new in zip(tensors(stream.state), tensors(after.state), strict=True):
        old.copy_(new)
    return logits


def tensors(state: Any) -> list[Tensor]:
    """All tensors of a state."""
    found: list[Tensor] = []

    def keep(x: Tensor) -> Tensor:
        found.append(x)
        return x

    mapped(state, keep)
    return found


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def _peak() -> float | None:
    """The peak of the GPU at hand, if its name is known."""
    name = torch.cuda.get_device_name() if torch.cuda.is_available() else ""
    return next((peak for part, peak in PEAKS.items() if part in name), None)


def _script(module: Any, *arguments: str) -> None:
    """Another of these scripts, as if it were called."""
    print(f"\n# {module.__name__}.py {' '.join(arguments)}", flush=True)
    before, sys.argv = sys.argv, [module.__name__, *arguments]
    try:
        module.main()
    finally:
        sys.argv = before


def main(given: list[str] | None = None) -> None:
    """Print the tables of all parts, or why they are left out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = ("train", "lstm", "generate", "graphs")
    parser.add_argument("--part", action="append", choices=parts, help="default: all")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--size", default="gpt2", choices=SIZES)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--peak", type=float, help="teraflops of the GPU, if it is not among those known")
    parser.add_argument("--eager", action="store_true", help="leave torch.compile out")
    options = parser.parse_args(given)
    if options.device == "cuda" and not torch.cuda.is_available():
        print("left out: PyTorch finds no GPU here; --device cpu --size tiny --eager tries the script")
        return
    name = torch.cuda.get_device_name() if options.device == "cuda" else "CPU"
    print(f"{name}, torch {torch.__version__}")
    torch.set_float32_matmul_precision("high")
    peak = options.peak or (_peak() if options.device == "cuda" else None)
    for part in options.part or parts:
        if part == "train":
            train(options.device, options.size, options.batch, options.repeats, peak, eager=options.eager)
        elif options.device == "cpu":
            print(f"{part}: left out, for it is about a GPU")
        elif part == "lstm":
            _script(lowerings, "--device", "cuda")
        elif part == "generate":
            _script(generation, "--device", "cuda", "--size", "gpt2")
        else:
            graphs(options.repeats)


if __name__ == "__main__":
    main()
