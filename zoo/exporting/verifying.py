"""Comparing a written file with its model, at sizes other than those of the trace."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from zoo.compiler import CompiledGraph
from zoo.errors import ExportError, InputError
from zoo.exporting.program import SHORT, Traced
from zoo.exporting.writing import Run

ENOUGH = 2
"""The number of sizes at which a file is tried."""

ALLOWED = {torch.float64: 1e-6, torch.float32: 1e-4}
"""The tolerance, relative to the largest output; 0.03 for other dtypes.

That of float64 exceeds its rounding error, since torch's exporter writes some constants (1/√d of attention)
in float32.
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """The sizes that were tried, and the largest difference."""

    sizes: tuple[Mapping[str, int], ...]
    difference: float


def compare(traced: Traced, model: CompiledGraph, run: Run) -> Compared:
    """Compare file and model; raises ExportError if they differ, or if only one supports some size."""
    tried: list[Mapping[str, int]] = []
    worst = 0.0
    for seed, sizes in enumerate(_other_sizes(traced), 1):
        given = {name: x for name, x in traced.source.examples(sizes, seed).items() if x is not None}
        try:
            expected = _results(model, given)
        except InputError:  # longer than the model itself allows
            continue
        try:
            found = run(given)
        except ExportError as error:
            raise ExportError(f"{error} (at {_told(sizes)})") from error
        for name, one, other in zip(traced.source.outputs, found, expected, strict=True):
            worst = max(worst, _difference(name, one, other, sizes))
        tried.append(sizes)
        if len(tried) == ENOUGH:
            break
    if not tried:
        raise ExportError(
            f"the model takes none of the sizes that its file was to be tried at, {_told(traced.sizes)} "
            "and fewer; say which are the largest that it takes, for example with --size time=4"
        )
    return Compared(tuple(tried), worst)


def _other_sizes(traced: Traced) -> Generator[dict[str, int]]:
    """Sizes smaller and larger than those of the trace, all of them different."""
    short = traced.source.sizes(SHORT)
    for batch, lengths, more in ((2, short, -2), (5, traced.sizes, 36), (1, short, -4)):
        wished = {name: batch if name == "batch" else lengths[name] + more for name in traced.sizes}
        most = traced.source.most
        yield {name: max(1, min(size, most.get(name, size))) for name, size in wished.items()}


def _results(model: CompiledGraph, given: Mapping[str, Tensor]) -> list[Tensor]:
    """The results of the model in evaluation mode, on the CPU."""
    home = next((each.device for each in (*model.parameters(), *model.buffers())), torch.device("cpu"))
    with _evaluating(model), torch.no_grad():
        found: Any = model({name: x.to(home) for name, x in given.items()})
    return [each.cpu() for each in ([found] if isinstance(found, Tensor) else found)]


@contextmanager
def _evaluating(model: nn.Module) -> Generator[None]:
    """Context manager: put all modules of the model in evaluation mode."""
    before = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in before:
            module.training = training


def _difference(name: str, found: Tensor, expected: Tensor, sizes: Mapping[str, int]) -> float:
    if found.shape != expected.shape:
        raise ExportError(
            f"the output '{name}' of the file has the shape {list(found.shape)}, and that of the model "
            f"{list(expected.shape)} (at {_told(sizes)})"
        )
    if not expected.numel():
        return 0.0
    if not expected.is_floating_point():
        found, expected = found.double(), expected.double()
    difference = float((found - expected).abs().nan_to_num(nan=torch.inf).max())
    if found.isnan().equal(expected.isnan()):
        difference = float((found - expected).abs().nan_to_num(nan=0.0).max())
    allowed = ALLOWED.get(expected.dtype, 0.03) * max(1.0, float(expected.abs().nan_to_num(nan=0.0).max()))
    if not difference <= allowed:
        raise ExportError(
            f"the output '{name}' of the file differs from that of the model by {difference:.1e}, and "
            f"{allowed:.1e} is what rounding may do (at {_told(sizes)})"
        )
    return difference


def _told(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name}={size}" for name, size in sizes.items()) or "its only sizes"
