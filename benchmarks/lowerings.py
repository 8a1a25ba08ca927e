"""Scans as they are lowered, against what people write in their place, with the same weights.

Fused scans of an LSTM cell stand against ``nn.LSTM`` itself, a loop against a loop written by hand over
``torch.lstm_cell``. First outputs and all gradients are shown to be equal (float64, to 1e-10), then forward
(without gradients) and forward and backward are timed (float32) in pairs that take turns at going first; the
ratio is the median of the pairs' ratios. Goals: 1.03 for a fused scan, 1.02 for a loop. ``calls`` are those
of kernels: one for both directions or both layers, none for a loop.

    python benchmarks/lowerings.py [--device cuda] [--threads 1] [--seconds 10] [--case masked]

With ``--processor-time`` (of this thread alone, on the CPU) other programs disturb less.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import zoo
from zoo.recurrence import watched

BATCH, TIME, HIDDEN = 32, 128, 256

HEAD = """
format: zoo/1
name: {name}
params: {{hidden: 256}}
inputs:
  x: float batch time $hidden
{mask}outputs:
  out: {out}
nodes:
"""
SCAN = """
  {name}:
    scan:
      over: time
      each: {{x: {x}}}
      state: {{h: zeros batch $hidden, c: zeros batch $hidden}}
      {more}
      nodes:
        cell: {{use: recurrent/lstm_cell, with: {{hidden: $hidden}}, in: {{x: x, h: h, c: c}}}}
      next: {{h: cell.h, c: cell.c}}
      stack: {{out: cell.h}}
"""


def scan(name: str, x: str = "x", *, mask: bool = False, reverse: bool = False) -> str:
    """A scan of one cell, as a file has it."""
    more = [*(["mask: mask"] if mask else []), *(["reverse: true"] if reverse else [])]
    return SCAN.format(name=name, x=x, more="\n      ".join(more))


def text(name: str, out: str, *nodes: str, mask: bool = False) -> str:
    """A graph."""
    head = HEAD.format(name=name, out=out, mask="  mask: bool batch time\n" if mask else "")
    return head + "".join(nodes)


def two_ways(number: str = "", x: str = "x", *, mask: bool = False) -> tuple[str, ...]:
    """Two opposite scans and a concat."""
    return (
        scan(f"ahead{number}", x, mask=mask),
        scan(f"back{number}", x, mask=mask, reverse=True),
        f"  both{number}: {{use: basic/concat, in: [ahead{number}.out, back{number}.out]}}\n",
    )


class Peer(nn.Module):
    """``nn.LSTM``; where there is a mask, over packed sequences, as its documentation has it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.lstm = nn.LSTM(HIDDEN, HIDDEN, batch_first=True, **settings)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            return self.lstm(x)[0]
        packed = pack_padded_sequence(x, mask.sum(1).cpu(), batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=x.shape[1])[0]


class ByHand(nn.Module):
    """A loop over the steps of one cell."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(HIDDEN, HIDDEN)  # for its weights

    def forward(self, x: Tensor) -> Tensor:
        weights: list[Tensor] = [*self.lstm.parameters()]
        h = c = x.new_zeros(x.shape[0], HIDDEN)
        outs: list[Tensor] = []
        for x_t in x.unbind(1):
            h, c = torch.lstm_cell(x_t, (h, c), *weights)
            outs.append(h)
        return torch.stack(outs, 1)


@dataclass(frozen=True)
class Case:
    """A graph, how it is lowered, its peer, and the cells in the order of the peer's weights."""

    graph: str
    peer: Callable[[], nn.Module]
    cells: Sequence[str] = ("lstm.cell",)
    lowering: str = "auto"
    masked: bool = False
    goal: float = 1.03


CASES = {
    "one": Case(text("one", "lstm.out", scan("lstm")), Peer),
    "masked": Case(text("masked", "lstm.out", scan("lstm", mask=True), mask=True), Peer, masked=True),
    "two layers": Case(
        text("two_layers", "upper.out", scan("lower"), scan("upper", "lower.out")),
        lambda: Peer(num_layers=2),
        ("lower.cell", "upper.cell"),
    ),
    "bidirectional": Case(
        text("bidirectional", "both", *two_ways()),
        lambda: Peer(bidirectional=True),
        ("ahead.cell", "back.cell"),
    ),
    "two of both": Case(
        text("two_of_both", "both2", *two_ways(), *two_ways("2", "both")),
        lambda: Peer(bidirectional=True, num_layers=2),
        ("ahead.cell", "back.cell", "ahead2.cell", "back2.cell"),
    ),
    "both, masked": Case(
        text("both_masked", "both", *two_ways(mask=True), mask=True),
        lambda: Peer(bidirectional=True),
        ("ahead.cell", "back.cell"),
        masked=True,
    ),
    "loop": Case(text("loop", "lstm.out", scan("lstm")), ByHand, lowering="loop", goal=1.02),
}


def pair(case: Case, device: str, dtype: torch.dtype) -> tuple[nn.Module, nn.Module]:
    """The compiled graph and its peer, with the same weights."""
    ours = zoo.loads(case.graph).compile(device=device, dtype=dtype, lowering=case.lowering)
    peer = case.peer().to(device, dtype)
    theirs = iter(peer.parameters())
    with torch.no_grad():
        for cell in case.cells:
            for name in ("weight_ih", "weight_hh", "bias"):
                next(theirs).copy_(ours.get_parameter(f"{cell}.{name}"))
            next(theirs).zero_()  # PyTorch's second bias
    return ours, peer


def inputs(case: Case, device: str, dtype: torch.dtype, sizes: tuple[int, int, int]) -> tuple[Tensor, ...]:
    """A batch; sequences have different lengths where there is a mask."""
    batch, steps, hidden = sizes
    x = torch.randn(batch, steps, hidden, device=device, dtype=dtype)
    if not case.masked:
        return (x,)
    lengths = torch.randint(1, steps + 1, (batch, 1), device=device)
    lengths[0] = steps
    return x, torch.arange(steps, device=device) < lengths


def forward(model: nn.Module, batch: tuple[Tensor, ...]) -> None:
    """Once without gradients."""
    with torch.no_grad():
        model(*batch)


def both(model: nn.Module, batch: tuple[Tensor, ...]) -> None:
    """Forward and backward, as a step of training does."""
    model.zero_grad(set_to_none=True)
    model(*batch).sum().backward()


def difference(case: Case, device: str) -> float:
    """The largest difference of an output or of a gradient, in float64."""
    batch = inputs(case, device, torch.float64, (5, 7, HIDDEN))
    found: list[list[Tensor]] = []
    for model in pair(case, device, torch.float64):
        out = model(*batch)
        (out * out.sin()).sum().backward()
        named = dict(model.named_parameters())
        grads = [each.grad for name, each in named.items() if "bias_hh" not in name and each.grad is not None]
        found.append([out.detach(), *grads])
    assert len(found[0]) == len(found[1]) == 1 + 3 * len(case.cells)
    return max(float((one - other).abs().max()) for one, other in zip(*found, strict=True))


def kernels(model: nn.Module, batch: tuple[Tensor, ...]) -> int:
    """How many calls of a kernel all scans of a model are."""
    with watched() as calls:
        forward(model, batch)
    return len(calls)


def ratios(
    what: Callable[[nn.Module, tuple[Tensor, ...]], None],
    models: tuple[nn.Module, nn.Module],
    batch: tuple[Tensor, ...],
    budget: float,
    clock: Callable[[], float],
) -> tuple[list[float], list[float]]:
    """Seconds of both models, in turns until the budget is spent."""
    wait = torch.cuda.synchronize if batch[0].is_cuda else lambda: None
    taken: tuple[list[float], list[float]] = ([], [])
    for model in models * 3:
        what(model, batch)
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(taken[0]) < 10:
        for which in (0, 1) if len(taken[0]) % 2 else (1, 0):
            wait()
            start = clock()
            what(models[which], batch)
            wait()
            taken[which].append(clock() - start)
    return taken


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each line of the table")
    parser.add_argument("--processor-time", action="store_true")
    parser.add_argument("--case", choices=CASES)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    clock = time.thread_time if options.processor_time else time.perf_counter
    torch.manual_seed(0)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    where = torch.cuda.get_device_name() if options.device == "cuda" else f"{options.threads} thread(s)"
    print(f"torch {torch.__version__}, {where}; batch {BATCH}, {TIME} steps, {HIDDEN} wide; ms, medians\n")
    print(
        f"{'case':<14} {'calls':>5} {'what':<8} {'scan':>9} {'peer':>9} {'ratio':>6} {'goal':>5} "
        f"{'pairs':>6}  differ by"
    )
    for name in [options.case] if options.case else CASES:
        case = CASES[name]
        apart = difference(case, options.device)
        assert apart <= 1e-10, (name, apart)
        models = pair(case, options.device, torch.float32)
        batch = inputs(case, options.device, torch.float32, (BATCH, TIME, HIDDEN))
        calls = kernels(models[0], batch)
        for title, what in (("forward", forward), ("both", both)):
            ours, theirs = ratios(what, models, batch, options.seconds, clock)
            ratio = median(one / other for one, other in zip(ours, theirs, strict=True))
            times = f"{median(ours) * 1e3:>9.3f} {median(theirs) * 1e3:>9.3f}"
            said = f"{apart:.0e}" if title == "forward" else ""
            judged = f"{ratio:>6.3f} {case.goal:>5} {len(ours):>6}  {said}"
            print(f"{name:<14} {calls:>5} {title:<8} {times} {judged}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
