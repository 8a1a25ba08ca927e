"""Cells walked over whole sequences: what the layers ``rnn``, ``lstm`` and ``gru`` share.

A mask says which steps are there. The others do not exist: no state passes through them, nothing in them
shows (NaN included), and the outputs there are zeros. So the backward direction begins at each sequence's
last real step, and padding may stand anywhere, in the middle too.

States are batch × states × hidden, with the batch first as everywhere in a graph (PyTorch has it second);
state number layer · directions + direction, as there.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, TypeAlias

import torch
import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from zoo.errors import InputError
from zoo.fields import Positive, Probability
from zoo_recurrent.scan import exported

Layers = Annotated[Positive, Field(description="Cells stacked: each reads the outputs of the one below.")]
Bidirectional = Annotated[bool, Field(description="A second cell a layer, from the last real step backward.")]
Dropped = Annotated[Probability, Field(description="Dropout between layers, in training; none in time.")]

Kernel: TypeAlias = Callable[..., tuple[Tensor, ...]]
"""``torch.lstm``, ``torch.gru``, …: all layers, directions and steps in one call; cuDNN's on a GPU."""


class Recurrence(NamedTuple):
    """``out`` is h of the last layer at every step; ``h`` are all states after the last real one."""

    out: Float[Tensor, "batch time {self.hidden}*(1+{self.bidirectional})"]
    h: Float[Tensor, "batch {self.layers}*(1+{self.bidirectional}) {self.hidden}"]


def stacked(
    cell: Callable[[int], nn.Module], input: int, hidden: int, layers: int, bidirectional: bool
) -> nn.ModuleList:
    """A cell for each layer and direction, in the order of the states; ``cell`` makes one for a width."""
    directions = 1 + bidirectional
    widths = [input if layer == 0 else hidden * directions for layer in range(layers)]
    return nn.ModuleList(cell(width) for width in widths for _ in range(directions))


def ahead_when_bidirectional(settings: Mapping[str, Any], _: Collection[str]) -> tuple[str, ...]:
    """The axis along which a step depends on later ones."""
    return ("time",) if settings["bidirectional"] else ()


def check_streams(layer: str, *, bidirectional: bool) -> None:
    """Refuse to stream a layer that also begins at a sequence's end, by InputError."""
    if bidirectional:
        raise InputError(
            f"a stream has no last step yet, and this {layer} also runs backward; set bidirectional: false"
        )


def run(
    kernel: Kernel,
    cells: Sequence[nn.Module],
    weights: Sequence[Tensor],
    x: Tensor,
    mask: Tensor | None,
    states: Sequence[Tensor],
    *,
    layers: int,
    bidirectional: bool,
    dropout: float,
) -> tuple[Tensor, ...]:
    """All steps by a kernel: the outputs, and each of the ``states`` after the last real step.

    ``weights`` are W, U and their two biases for each of the cells. ``dropout`` acts between layers.
    """
    # A kernel is exported for one length alone, and what is traced has no lengths yet to pack by.
    traced = torch.compiler.is_compiling() or type(mask) is not Tensor
    if torch.compiler.is_exporting() or (mask is not None and traced and not x.is_meta):
        return walk(cells, x, mask, states, bidirectional=bidirectional, dropout=dropout)
    if x.shape[1] == 0 or x.shape[0] == 0:
        return x.new_zeros(*x.shape[:2], (1 + bidirectional) * states[0].shape[2]), *states
    # In torch's training mode, in which alone cuDNN goes backward; without dropout it changes no number.
    options = True, layers, dropout, dropout > 0 or torch.is_grad_enabled(), bidirectional
    before = [state.transpose(0, 1).contiguous() for state in states]
    if x.is_cuda:
        weights = side_by_side(weights)
    told = None if mask is None or x.is_meta else _lengths(mask)  # without contents there are none
    if mask is None or told is None or bool(told.min() == x.shape[1]):
        out, *after = kernel(x, *_pair(before), weights, *options, True)
        return out, *(state.transpose(0, 1) for state in after)
    packed, places = _pack(x, mask, told)
    sorted_, unsorted = packed.sorted_indices, packed.unsorted_indices
    assert sorted_ is not None
    assert unsorted is not None
    start = [state.index_select(1, sorted_) for state in before]
    data, *after = kernel(packed.data, packed.batch_sizes, *_pair(start), weights, *options)
    done = PackedSequence(data, packed.batch_sizes, sorted_, unsorted)
    out, _ = pad_packed_sequence(done, batch_first=True, total_length=x.shape[1])
    if places is not None:
        out = torch.zeros_like(out).scatter(1, places.expand_as(out), out)
    empty = ~mask.any(1)[:, None, None]
    last = [state.index_select(1, unsorted).transpose(0, 1) for state in after]
    return (
        out.masked_fill(~mask.unsqueeze(-1), 0),
        *(torch.where(empty, old, new) for old, new in zip(states, last, strict=True)),
    )


def _pair(states: list[Tensor]) -> list[Any]:
    """The states as kernels take them: one tensor, or a tuple of two."""
    return [states[0] if len(states) == 1 else states]


def side_by_side(weights: Sequence[Tensor]) -> list[Tensor]:
    """The weights copied into one block, matrices before biases, the order in which cuDNN reads them.

    cuDNN copies weights that lie apart at each call, too, and PyTorch warns of it.
    """
    order = sorted(range(len(weights)), key=lambda at: at % 4 > 1)
    block = torch.cat([weights[at].reshape(-1) for at in order])
    found, start = list(weights), 0
    for at in order:
        size = weights[at].numel()
        found[at] = block[start : start + size].view_as(weights[at])
        start += size
    return found


def _lengths(mask: Tensor) -> Tensor:
    """How many real steps each sequence has, and as the last number, whether any padding stands before one.

    That number is 0 if it does and the number of steps if not. A GPU is waited for, here alone.
    """
    at_the_end = (mask[:, 1:] <= mask[:, :-1]).all()
    return torch.cat([mask.sum(1), at_the_end.unsqueeze(0) * mask.shape[1]]).cpu()


def _pack(x: Tensor, mask: Tensor, told: Tensor) -> tuple[PackedSequence, Tensor | None]:
    """The real steps alone; where each stood, unless all padding stands at the end.

    An empty sequence gets one step of zeros, for PyTorch packs none.
    """
    x = x.masked_fill(~mask.unsqueeze(-1), 0)
    places = None
    if not told[-1]:
        places = mask.byte().argsort(dim=1, descending=True, stable=True).unsqueeze(-1)
        x = x.take_along_dim(places, 1)
    return pack_padded_sequence(x, told[:-1].clamp(min=1), batch_first=True, enforce_sorted=False), places


def walk(
    cells: Sequence[nn.Module],
    x: Tensor,
    mask: Tensor | None,
    states: Sequence[Tensor],
    *,
    bidirectional: bool,
    dropout: float,
) -> tuple[Tensor, ...]:
    """All steps by calling the cells, where no kernel can: as ``run``."""
    if mask is not None:
        x = x.masked_fill(~mask.unsqueeze(-1), 0)
    last: list[tuple[Tensor, ...]] = []
    directions = 1 + bidirectional
    for first in range(0, len(cells), directions):
        source = F.dropout(x, dropout) if first else x
        parts: list[Tensor] = []
        for at in range(first, first + directions):
            start = tuple(state[:, at] for state in states)
            part, after = _one_way(cells[at], source, mask, start, backward=at > first)
            parts.append(part)
            last.append(after)
        x = torch.cat(parts, -1)
    return x, *(torch.stack(each, 1) for each in zip(*last, strict=True))


def _one_way(
    cell: nn.Module, x: Tensor, mask: Tensor | None, states: tuple[Tensor, ...], *, backward: bool
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """One cell along time, and the states after its last real step."""
    if torch.compiler.is_exporting():
        return _exported(cell, x, mask, states, backward=backward)
    outs: list[Tensor] = []
    reals = [None] * x.shape[1] if mask is None else mask.unsqueeze(-1).unbind(1)
    steps = [*zip(x.unbind(1), reals, strict=True)]
    for x_t, real in reversed(steps) if backward else steps:
        found = cell(x_t, *states)
        new: tuple[Tensor, ...] = (found,) if isinstance(found, Tensor) else found
        outs.append(new[0] if real is None else new[0].masked_fill(~real, 0))
        states = (
            new
            if real is None
            else tuple(torch.where(real, one, other) for one, other in zip(new, states, strict=True))
        )
    if not outs:
        return x.new_zeros(*x.shape[:2], states[0].shape[-1]), states
    return torch.stack(outs[::-1] if backward else outs, 1), states


def _exported(
    cell: nn.Module, x: Tensor, mask: Tensor | None, states: tuple[Tensor, ...], *, backward: bool
) -> tuple[Tensor, tuple[Tensor, ...]]:
    def body(old: Sequence[Tensor], step: Sequence[Tensor]) -> Sequence[Tensor]:
        found = cell(step[0], *old)
        new: tuple[Tensor, ...] = (found,) if isinstance(found, Tensor) else found
        if mask is None:
            return new
        return [torch.where(step[1].unsqueeze(-1), one, other) for one, other in zip(new, old, strict=True)]

    steps = [each.flip(1) if backward else each for each in (x, mask) if each is not None]
    out, last = exported(body, states, steps)
    out = out.flip(1) if backward else out
    return out if mask is None else out.masked_fill(~mask.unsqueeze(-1), 0), last
