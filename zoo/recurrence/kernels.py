"""Layers of cells over a sequence, by one kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from zoo.recurrence.dense_lstm import pays, through_padding
from zoo.recurrence.padding import empty, lengths, moved, real_first
from zoo.recurrence.walking import Cell, asked, transformed, walk

Kernel: TypeAlias = Callable[..., tuple[Tensor, ...]]
"""``torch.lstm``, ``torch.gru``, …: all layers, directions and steps in one call; cuDNN on a GPU."""

LARGE = 2**17
"""Input elements from which a CPU trains bidirectional layers over padding faster with a call per direction.

One call for both takes up to 1.4 times as long for a simple cell and 1.15 for a GRU; below this size 0.9
times. For LSTMs there is no difference.
"""


def run(
    kernel: Kernel,
    cells: Sequence[Cell],
    weights: Sequence[Tensor],
    x: Tensor,
    mask: Tensor | None,
    states: Sequence[Tensor],
    *,
    layers: int,
    bidirectional: bool,
    dropout: float,
    reverse: bool = False,
) -> tuple[Tensor, ...]:
    """Run a kernel over all steps: returns the outputs, and the ``states`` after the last real step.

    ``weights`` are W, U and their two biases for each cell. ``dropout`` is applied between layers. With
    ``reverse``, layers of one direction run from the end.
    """
    if _is_walked(x, mask):
        found = walk(cells, *_turned(x, mask, reverse), states, bidirectional=bidirectional, dropout=dropout)
        return found[0].flip(1) if reverse else found[0], *found[1:]
    if x.shape[1] == 0 or x.shape[0] == 0:
        return x.new_zeros(*x.shape[:2], (1 + bidirectional) * states[0].shape[2]), *states
    # cuDNN has a backward pass only in training mode, which makes no difference without dropout.
    options = True, layers, dropout, dropout > 0 or torch.is_grad_enabled(), bidirectional
    before = [state.transpose(0, 1).contiguous() for state in states]
    if x.is_cuda:
        weights = side_by_side(weights)
    told = None if mask is None or x.is_meta else lengths(mask)  # without contents there are none
    if mask is None or told is None or bool(told.min() == x.shape[1]):
        out, *after = kernel(x.flip(1) if reverse else x, *_pair(before), weights, *options, True)
        return out.flip(1) if reverse else out, *(state.transpose(0, 1) for state in after)
    if kernel is torch.lstm and pays(x, told):
        how: Any = {"layers": layers, "bidirectional": bidirectional, "dropout": dropout, "reverse": reverse}
        return through_padding(weights, x, mask, told, states, **how)
    trains = kernel is not torch.lstm and torch.is_grad_enabled()
    if bidirectional and trains and x.is_cpu and x.numel() > LARGE:
        return _each_way(kernel, cells, weights, x, mask, states, dropout)
    packed, places = _pack(x, mask, told, reverse=reverse)
    sorted_, unsorted = packed.sorted_indices, packed.unsorted_indices
    assert sorted_ is not None
    assert unsorted is not None
    start = [state.index_select(1, sorted_) for state in before]
    data, *after = kernel(packed.data, packed.batch_sizes, *_pair(start), weights, *options)
    done = PackedSequence(data, packed.batch_sizes, sorted_, unsorted)
    out, _ = pad_packed_sequence(done, batch_first=True, total_length=x.shape[1])
    if places is not None:
        out = moved(out, places.argsort(dim=1))
    last = [state.index_select(1, unsorted).transpose(0, 1) for state in after]
    if told[:-1].min() > 0:
        return out, *last
    nothing = empty(mask)
    return (
        out.masked_fill(nothing, 0),
        *(torch.where(nothing, old, new) for old, new in zip(states, last, strict=True)),
    )


def _each_way(
    kernel: Kernel,
    cells: Sequence[Cell],
    weights: Sequence[Tensor],
    x: Tensor,
    mask: Tensor,
    states: Sequence[Tensor],
    dropout: float,
) -> tuple[Tensor, ...]:
    """Run bidirectional layers with one call per direction."""
    how: Any = {"layers": 1, "bidirectional": False, "dropout": 0.0}
    after: list[list[Tensor]] = []
    for first in range(0, len(cells), 2):
        x = F.dropout(x, dropout) if first and dropout else x
        outs: list[Tensor] = []
        for at, reverse in ((first, False), (first + 1, True)):
            start = [state[:, at : at + 1] for state in states]
            own = cells[at : at + 1], weights[4 * at : 4 * at + 4]
            out, *last = run(kernel, *own, x, mask, start, reverse=reverse, **how)
            outs.append(out)
            after.append(last)
        x = torch.cat(outs, -1)
    return x, *(torch.cat(each, 1) for each in zip(*after, strict=True))


def _pair(states: list[Tensor]) -> list[Any]:
    """The states as kernels expect them: one tensor, or a list of two."""
    return [states[0] if len(states) == 1 else states]


def side_by_side(weights: Sequence[Tensor]) -> list[Tensor]:
    """Copy the weights into one block, matrices before biases, the layout that cuDNN reads.

    cuDNN would copy scattered weights at each call as well, and PyTorch warns about it.
    """
    order = sorted(range(len(weights)), key=lambda at: at % 4 > 1)
    block = torch.cat([weights[at].reshape(-1) for at in order])
    found, start = list(weights), 0
    for at in order:
        size = weights[at].numel()
        found[at] = block[start : start + size].view_as(weights[at])
        start += size
    return found


def _pack(x: Tensor, mask: Tensor, told: Tensor, *, reverse: bool) -> tuple[PackedSequence, Tensor | None]:
    """Pack the real steps in the order of the walk; returns their original places too, if any has moved.

    An empty sequence gets one step of zeros, as PyTorch cannot pack it.
    """
    if told[:-1].min() == 0:
        x = x.masked_fill(empty(mask), 0)
    places = real_first(mask, told, reverse=reverse)
    if places is not None:
        x = moved(x, places)
    return pack_padded_sequence(x, told[:-1].clamp(min=1), batch_first=True, enforce_sorted=False), places


def _is_walked(x: Tensor, mask: Tensor | None) -> bool:
    """Whether cells must be called step by step: on request, under transforms and tracers, and for export."""
    if asked or transformed(by_vmap=mask is None):  # without a mask, kernels have rules but for vmap
        return True
    traced = torch.compiler.is_compiling() or type(mask) is not Tensor
    return torch.compiler.is_exporting() or (mask is not None and traced and not x.is_meta)


def _turned(x: Tensor, mask: Tensor | None, reverse: bool) -> tuple[Tensor, Tensor | None]:
    if not reverse:
        return x, mask
    return x.flip(1), None if mask is None else mask.flip(1)
