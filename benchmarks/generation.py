"""Generation by a stream: against computing the text anew for each token, and against Hugging Face's cache.

First the cost of one token behind a text of T tokens: by a step of a stream, and by the whole text anew. A
step reads all keys, so its cost may grow by a line with a small slope; anew, a token costs what T tokens do.
A step's cost is the mean over 128 of them, in which the cache is copied once, into a larger one.
Then whole generations (greedy, from a prompt of eight tokens), beside ``generate`` of a GPT-2 of the same
size with the same weights, which writes the same tokens. It needs ``transformers`` at hand; without it the
second part is left out. Pairs take turns at going first; what is shown is the median.

    python benchmarks/generation.py [--size small] [--tokens 256] [--repeats 5] [--threads 1]
    python benchmarks/generation.py --processor-time      # of this thread alone: other programs disturb less
    python benchmarks/generation.py --device cuda
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import platform
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import torch
from torch import Tensor

import zoo
from zoo.compiler import CompiledGraph

SIZES: dict[str, dict[str, Any]] = {
    "small": {"vocab": 256, "dim": 128, "heads": 4, "hidden": 512, "layers": 4},
    "medium": {"vocab": 1000, "dim": 512, "heads": 8, "hidden": 2048, "layers": 8},
    "gpt2": {"vocab": 50257, "dim": 768, "heads": 12, "hidden": 3072, "layers": 12},
}
LENGTHS = (32, 64, 128, 256, 512, 1024)
BATCHES = (1, 16)
CONTEXT = 2048
STEPS = 128
"""The steps between two copies of the cache."""


def compiled(size: str, device: str) -> CompiledGraph:
    """The GPT of the library."""
    graph = zoo.load(zoo.registry().graphs["gpt"])
    return graph.compile(device=device, context=CONTEXT, dropout=0.0, **SIZES[size]).eval()


def generated(model: CompiledGraph, prompt: Tensor, count: int) -> Tensor:
    """The likeliest tokens, one after the other, by a stream."""
    stream = model.stream(batch=len(prompt))
    logits, stream = stream.feed(prompt)
    found = [logits[:, -1].argmax(-1)]
    for _ in range(count - 1):
        logits, stream = stream.step(found[-1])
        found.append(logits.argmax(-1))
    return torch.stack(found, 1)


def peer(model: CompiledGraph, params: Mapping[str, Any]) -> Any:
    """A GPT-2 of Hugging Face with the same weights, without dropout."""
    transformers: Any = importlib.import_module("transformers")  # which is not among what we install
    config = transformers.GPT2Config(
        vocab_size=params["vocab"],
        n_positions=params["context"],
        n_embd=params["dim"],
        n_layer=params["layers"],
        n_head=params["heads"],
        n_inner=params["hidden"],
        activation_function="gelu",
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=None,
        eos_token_id=None,
    )
    other: Any = transformers.GPT2LMHeadModel(config).eval().to(next(model.parameters()).device)
    ours = model.state_dict()
    theirs: dict[str, Tensor] = {
        "transformer.wte.weight": ours["embed.weight"],
        "transformer.wpe.weight": ours["position.weight"],
        "lm_head.weight": ours["embed.weight"],
        "transformer.ln_f.weight": ours["norm.weight"],
        "transformer.ln_f.bias": ours["norm.bias"],
    }
    for index in range(params["layers"]):
        mine, yours = f"decoder.{index}", f"transformer.h.{index}"
        for part in ("weight", "bias"):
            theirs[f"{yours}.ln_1.{part}"] = ours[f"{mine}.attend_norm.{part}"]
            theirs[f"{yours}.ln_2.{part}"] = ours[f"{mine}.ffn_norm.{part}"]
            three = [ours[f"{mine}.attend.{each}.{part}"] for each in ("query", "key", "value")]
            theirs[f"{yours}.attn.c_attn.{part}"] = torch.cat(three).t()  # theirs are input × output
            theirs[f"{yours}.attn.c_proj.{part}"] = ours[f"{mine}.attend.out.{part}"].t()
            for each, name in zip(("c_fc", "c_proj"), FFN, strict=True):
                theirs[f"{yours}.mlp.{each}.{part}"] = ours[f"{mine}.ffn.{name}.{part}"].t()
    other.load_state_dict(theirs)
    return other


FFN = ("inner", "outer")
"""What the two maps of our feed-forward network are called."""


def timed(
    one: Callable[[], object], other: Callable[[], object], clock: Callable[[], float], repeats: int
) -> tuple[float, float]:
    """Median times of two functions, which take turns at going first."""
    times: tuple[list[float], list[float]] = [], []
    for turn in range(repeats + 1):
        order = (0, 1) if turn % 2 else (1, 0)
        for which in order:
            begin = clock()
            (one, other)[which]()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            if turn:  # the first one warms up
                times[which].append(clock() - begin)
    return median(times[0]), median(times[1])


def growth(model: CompiledGraph, size: str, clock: Callable[[], float], repeats: int) -> None:
    """What one token costs behind a text of T tokens."""
    device = next(model.parameters()).device
    print(f"\n{size}: one token behind T tokens, batch 1, ms")
    print(f"{'T':>6} {'step':>9} {'anew':>9} {'anew/step':>10}")
    found: list[tuple[int, float]] = []
    for length in LENGTHS:
        text = torch.randint(SIZES[size]["vocab"], (1, length), device=device)
        _, stream = model.stream(batch=1).feed(text)
        token = text[:, -1]

        def steps(stream: Any = stream, token: Tensor = token) -> None:
            for _ in range(STEPS):
                _, stream = stream.step(token)

        def whole(text: Tensor = text) -> None:
            model(text)

        ours, anew = timed(steps, whole, clock, repeats)
        ours /= STEPS
        found.append((length, ours))
        print(f"{length:>6} {ours * 1e3:>9.3f} {anew * 1e3:>9.3f} {anew / ours:>10.1f}")
    (first, low), (last, high) = found[0], found[-1]
    slope = (high - low) / (last - first)
    print(f"a step costs {high / low:.2f} times as much behind {last} tokens as behind {first}: ", end="")
    print(f"{slope * 1e6:.3f} µs for each token of the past")


def against(model: CompiledGraph, size: str, clock: Callable[[], float], repeats: int, count: int) -> None:
    """Tokens a second, beside Hugging Face's ``generate`` with its cache."""
    if importlib.util.find_spec("transformers") is None:
        print("\ntransformers is not installed: nothing to compare with")
        return
    other = peer(model, {**SIZES[size], "context": CONTEXT})
    device = next(model.parameters()).device
    print(f"\n{size}: {count} tokens after a prompt of 8, tokens a second")
    print(f"{'batch':>6} {'stream':>9} {'hugging face':>13} {'ratio':>6}")
    for batch in BATCHES:
        prompt = torch.randint(SIZES[size]["vocab"], (batch, 8), device=device)

        def theirs(prompt: Tensor = prompt) -> Tensor:
            return other.generate(
                prompt,
                attention_mask=torch.ones_like(prompt),
                max_new_tokens=count,
                min_new_tokens=count,
                do_sample=False,
                use_cache=True,
                pad_token_id=0,
            )[:, 8:]

        def ours(prompt: Tensor = prompt) -> Tensor:
            return generated(model, prompt, count)

        same = (ours() == theirs()).float().mean()
        mine, yours = timed(ours, theirs, clock, repeats)
        tokens = batch * count
        print(f"{batch:>6} {tokens / mine:>9.0f} {tokens / yours:>13.0f} {yours / mine:>6.2f}", end="")
        print(f"   ({float(same):.0%} of the tokens are the same)")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", action="append", choices=SIZES, help="default: small and medium")
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--processor-time", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    clock = time.thread_time if options.processor_time else time.perf_counter
    print(f"{platform.machine()}, torch {torch.__version__}, {options.threads} threads, {options.device}")
    for size in options.size or ["small", "medium"]:
        model = compiled(size, options.device)
        with torch.no_grad():
            growth(model, size, clock, options.repeats)
            against(model, size, clock, options.repeats, options.tokens)


if __name__ == "__main__":
    main()
