"""Constants that are added at every step: learned or sinusoidal position vectors."""

from __future__ import annotations

import torch
from torch import Tensor

from zoo.importing.at import At, leaves
from zoo.importing.seen import Seen, Unknown


def added(at: At, seen: Seen, table: Tensor) -> Seen:
    """A sequence with position vectors added."""
    if seen.folds or seen.spread or seen.tensor.dim() != 3:
        raise Unknown("a constant tensor is added, and no sequence of positions")
    wide = table.expand(seen.tensor.shape)
    back = tuple(seen.axes.index(axis) for axis in range(3))
    whole = wide.permute(back)
    rows = whole[0]
    if not bool((whole == rows).all()):
        raise Unknown("a constant is added that differs from sequence to sequence")
    if table.requires_grad:
        weight = _learned(rows)
        settings, weights = {"max_length": weight.shape[0]}, {"weight": weight}
        ref = at.place("position/learned", {"": seen.ref}, settings, weights, wanted="position")
    else:
        ref = at.place("position/sinusoidal", {"": seen.ref}, _waves(rows), wanted="position")
    return seen.of(ref, at.result)


def _learned(rows: Tensor) -> Tensor:
    """The parameter whose first rows these are, found by their autograd graph."""
    found = leaves(rows)
    if len(found) != 1:
        raise Unknown("what is added at each position is computed from several parameters")
    (parameter,) = found
    steps, width = rows.shape
    if parameter.shape[-1] != width or parameter.numel() % width:
        raise Unknown("what is added at each position is no row of a table")
    wanted = torch.randn_like(rows)
    (gradient,) = torch.autograd.grad(rows, parameter, wanted, retain_graph=True)
    flat = gradient.reshape(-1, width)
    same = torch.equal(parameter.reshape(-1, width)[:steps], rows)
    if not same or not torch.equal(flat[:steps], wanted) or bool(flat[steps:].any()):
        raise Unknown("what is added at each position is not the row of that number")
    return parameter if parameter.dim() == 2 else parameter.detach().reshape(-1, width)


def _waves(rows: Tensor) -> dict[str, str]:
    """The settings of the sinusoidal positions that these are."""
    steps, width = rows.shape
    even = torch.arange(0, width, 2, dtype=torch.float64)
    angles = torch.arange(steps, dtype=torch.float64).unsqueeze(1) * 10000.0 ** (-even / width)
    waves = angles.sin(), angles.cos()
    layouts = {"interleaved": torch.stack(waves, -1).flatten(1), "half": torch.cat(waves, 1)}
    for layout, table in layouts.items():
        if torch.allclose(rows.detach().double().cpu(), table[:, :width], rtol=0, atol=1e-5):
            return {} if layout == "interleaved" else {"layout": layout}
    raise Unknown("a constant tensor is added that is no sinusoidal positions")
