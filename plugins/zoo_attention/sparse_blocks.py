"""Block-sparse attention: from each block to both ends, to its neighbours and to some random blocks.

For each block, the keys and values of the blocks that it attends to are gathered, and passed to an ordinary
attention. Time and memory are linear in the number of blocks, forward and backward.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from zoo_attention.core import attend
from zoo_attention.permission import Permission


class Slots(NamedTuple):
    """The blocks that each block attends to, all distinct, and which of these slots are in use."""

    which: Int[Tensor, "batch heads blocks slots"]
    used: Bool[Tensor, "batch heads blocks slots"]


class Blocks(NamedTuple):
    """A batch of sequences, split into blocks; ``have`` counts the blocks up to the last real token."""

    query: Float[Tensor, "batch heads blocks block part"]
    key: Float[Tensor, "batch heads blocks block part"]
    value: Float[Tensor, "batch heads blocks block part"]
    real: Bool[Tensor, "batch blocks block"]
    have: Int[Tensor, " batch"]


def attend_blocks(
    query: Float[Tensor, "batch heads time part"],
    key: Float[Tensor, "batch heads time part"],
    value: Float[Tensor, "batch heads time part"],
    mask: Bool[Tensor, "batch time"] | None,
    draws: Int[Tensor, "heads rows random"],
    *,
    block: int,
    dropout: float = 0.0,
) -> tuple[Float[Tensor, "batch heads time part"], Bool[Tensor, "batch time 1"]]:
    """The output of each query from the blocks that its own attends to, and whether it had any key."""
    time = query.shape[2]
    whole = _cut(query, key, value, mask, block)
    blocks = whole.query.shape[2]
    found = slots(draws, whole.have, blocks)
    inner, nonempty = _attend_some(whole, found, dropout)
    first, last, any_real = _attend_all(whole, dropout)
    own = torch.arange(blocks, device=query.device).view(-1, 1, 1)
    at_end = own == (whole.have - 1).view(-1, 1, 1, 1, 1)
    out = torch.where(own == 0, first, torch.where(at_end, last, inner))
    nonempty = torch.where((own == 0) | at_end[:, 0], any_real, nonempty).expand(-1, -1, block, -1)
    return out.flatten(2, 3)[:, :, :time], nonempty.flatten(1, 2)[:, :time]


def slots(draws: Int[Tensor, "heads rows random"], have: Int[Tensor, " batch"], blocks: int) -> Slots:
    """The first and the last block, the neighbours between them, and random ones among the rest.

    ``have`` is the number of blocks of each sequence, ``blocks`` that of the longest. Block i uses row i of
    ``draws``, modulo the number of rows; a draw is any non-negative random integer.
    """
    own = torch.arange(blocks, device=have.device)
    first = torch.zeros(have.shape[0], draws.shape[0], blocks, 1, dtype=torch.int64, device=have.device)
    last = first + (have - 1).view(-1, 1, 1, 1)
    near = first + own.unsqueeze(-1) + torch.arange(-1, 2, device=have.device)
    rest, left = _draw(draws[:, own % draws.shape[1]], near[..., 1:2], last)
    used = [first == 0, last > 0, (near > 0) & (near < last), left]
    return Slots(torch.cat([first, last, near, rest], -1).clamp(0, blocks - 1), torch.cat(used, -1))


def _draw(rows: Tensor, own: Tensor, last: Tensor) -> tuple[Tensor, Tensor]:
    """Distinct blocks that are neither an end nor a neighbour, and whether enough were left.

    The k-th draw is an index into the blocks that remain; each smaller one taken before shifts it by one.
    """
    low, high = (own - 1).clamp(min=1), torch.minimum(own + 1, last - 1)
    near = (high - low + 1).clamp(min=0)
    free = last - 1 - near
    taken = own[..., :0]
    for k in range(rows.shape[-1]):
        place = rows[..., k : k + 1] % (free - k).clamp(min=1)
        earlier = taken.sort(-1).values
        for each in range(k):  # not unbind: an exported program that unbinds an empty axis cannot be loaded
            place = place + (place >= earlier[..., each : each + 1])
        taken = torch.cat([taken, place], -1)
    left = torch.arange(rows.shape[-1], device=rows.device) < free
    return 1 + taken + near * (1 + taken >= low), left


def _cut(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, block: int) -> Blocks:
    batch, heads, time, part = query.shape
    blocks = max(1, -(-time // block))
    behind = blocks * block - time
    real = query.new_ones(batch, time, dtype=torch.bool) if mask is None else mask
    real = F.pad(real, (0, behind)).view(batch, blocks, block)
    numbers = torch.arange(1, blocks + 1, device=query.device)
    have = (real.any(-1) * numbers).amax(-1).clamp(min=1)
    query, key, value = (
        F.pad(x, (0, 0, 0, behind)).view(batch, heads, blocks, block, part) for x in (query, key, value)
    )
    return Blocks(query, key, value, real, have)


def _attend_some(whole: Blocks, found: Slots, dropout: float) -> tuple[Tensor, Tensor]:
    """The output of every block from the blocks in its slots."""
    batch, heads, blocks, block, part = whole.query.shape
    rows = torch.arange(batch, device=found.which.device).view(-1, 1, 1, 1)
    of_head = rows * heads + torch.arange(heads, device=found.which.device).view(-1, 1, 1)
    places = (of_head * blocks + found.which).flatten()
    count, slots = batch * heads * blocks, found.which.shape[-1]

    def beside(x: Tensor) -> Tensor:
        chosen = x.reshape(count, block * part).index_select(0, places)
        return chosen.view(count, 1, slots * block, part)

    real = whole.real.flatten(0, 1).index_select(0, (rows * blocks + found.which).flatten())
    pairs = real.view(count, slots, block) & found.used.reshape(count, slots, 1)
    pairs = pairs.flatten(1).unsqueeze(1)
    nonempty = pairs.any(-1, keepdim=True)
    queries = whole.query.reshape(count, 1, block, part)
    out, _ = attend(
        queries, beside(whole.key), beside(whole.value), Permission(pairs, nonempty), dropout=dropout
    )
    return out.view(whole.query.shape), nonempty.view(batch, heads, blocks, 1, 1).any(1)


def _attend_all(whole: Blocks, dropout: float) -> tuple[Tensor, Tensor, Tensor]:
    """The outputs of the first and the last block from all blocks, and which sequences have any key."""
    _, heads, _, block, part = whole.query.shape
    last = (whole.have - 1).view(-1, 1, 1, 1, 1).expand(-1, heads, 1, block, part)
    ends = torch.cat([whole.query[:, :, :1], whole.query.gather(2, last)], 2)
    real = whole.real.flatten(1)
    nonempty = real.any(-1)[:, None, None]
    permission = Permission(real.unsqueeze(1), nonempty)
    out, _ = attend(
        ends.flatten(2, 3), whole.key.flatten(2, 3), whole.value.flatten(2, 3), permission, dropout=dropout
    )
    out = out.view(ends.shape)
    return out[:, :, :1], out[:, :, 1:], nonempty.unsqueeze(-1)
