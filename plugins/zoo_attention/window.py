"""Sliding-window attention, block by block: time and memory are linear in the length, not quadratic.

The queries are split into blocks. For each block, the keys within reach of any of its queries are gathered,
and the core attends to them under a pattern that is the same for every block. No tensor is length × length.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from zoo_attention.core import attend
from zoo_attention.permission import Permission


class Keys(NamedTuple):
    """The keys and values of each head, and which of them are real."""

    key: Float[Tensor, "batch heads key part"]
    value: Float[Tensor, "batch heads key part"]
    real: Bool[Tensor, "batch key"]

    def cut(self, begin: int | None, end: int | None = None) -> "Keys":
        """The keys from ``begin`` up to, but not including, ``end``."""
        part = slice(begin, end)
        return Keys(self.key[:, :, part], self.value[:, :, part], self.real[:, part])

    def padded(self, more: int) -> "Keys":
        """These keys, followed by ``more`` that are not real."""
        wider = (0, 0, 0, more)
        return Keys(F.pad(self.key, wider), F.pad(self.value, wider), F.pad(self.real, (0, more)))

    def and_then(self, more: "Keys") -> "Keys":
        """These keys, followed by ``more``."""
        return Keys(
            torch.cat([self.key, more.key], 2),
            torch.cat([self.value, more.value], 2),
            torch.cat([self.real, more.real], 1),
        )


class Slid(NamedTuple):
    """The output of each query, and whether it may attend to anything."""

    out: Float[Tensor, "batch heads query part"]
    nonempty: Bool[Tensor, "batch query 1"]


def block_of(window: int) -> int:
    """The number of queries in a block: a trade-off between copied keys and wasted scores.

    Measured on the CPU for windows from 8 to 1,024.
    """
    return max(32, window // 4)


def is_short(time: int, window: int) -> bool:
    """Whether a sequence is so short that computing it at once is faster; measured on the CPU.

    Under tracing the length may be symbolic, and the answer is always no.
    """
    return not torch.compiler.is_compiling() and time <= max(256, 2 * window)


def look_at_once(
    query: Float[Tensor, "batch heads query part"],
    keys: Keys,
    *,
    window: int,
    causal: bool,
    front: int,
    dropout: float = 0.0,
) -> Slid:
    """Attend to a short sequence at once; its first ``front`` tokens are global."""
    places = torch.arange(query.shape[2], device=query.device)
    own = places.unsqueeze(1)
    pattern = ((own - places).abs() < window) | (places < front) | (own < front)
    pairs = (pattern & (places <= own) if causal else pattern) & keys.real.unsqueeze(1)
    nonempty = pairs.any(-1, keepdim=True)
    out, _ = attend(query, keys.key, keys.value, Permission(pairs, nonempty), dropout=dropout)
    return Slid(out, nonempty)


def slide(
    query: Float[Tensor, "batch heads query part"],
    near: Keys,
    front: Keys,
    *,
    window: int,
    causal: bool,
    block: int,
    seen: int = 0,
    dropout: float = 0.0,
) -> Slid:
    """Each query attends to the keys in its ``window``, which includes its own, and to those in ``front``.

    ``near`` are the queries' own keys, preceded by at most window - 1 earlier ones. ``front`` are the first
    keys of the whole sequence, which are not counted twice if a window reaches them; ``seen`` is the number
    of earlier queries. ``causal`` forbids later keys, including those in ``front``.
    """
    batch, heads, time, part = query.shape
    blocks = max(1, -(-time // block))
    behind = blocks * block - time
    before, after = window - 1, 0 if causal else window - 1
    pad = (before - (near.key.shape[2] - time), after + behind)
    span = before + block + after

    def beside(x: Tensor, first: Tensor) -> Tensor:
        windows = F.pad(x, (0, 0, *pad)).unfold(2, span, block).transpose(-1, -2)
        shape = (-1, -1, blocks, -1, -1)
        return torch.cat([first.unsqueeze(2).expand(shape), windows], 3).transpose(1, 2).flatten(0, 1)

    queries = F.pad(query, (0, 0, 0, behind)).view(batch, heads, blocks, block, part)
    pairs = _reach(near.real, front.real, pad, (before, after), (blocks, block), causal, seen)
    nonempty = pairs.any(-1, keepdim=True)
    out, _ = attend(
        queries.transpose(1, 2).flatten(0, 1),
        beside(near.key, front.key),
        beside(near.value, front.value),
        Permission(pairs.flatten(0, 1), nonempty.flatten(0, 1)),
        dropout=dropout,
    )
    out = out.view(batch, blocks, heads, block, part).transpose(1, 2).flatten(2, 3)
    return Slid(out[:, :, :time], nonempty.flatten(1, 2)[:, :time])


def _reach(
    real: Tensor,
    front: Tensor,
    pad: tuple[int, int],
    reach: tuple[int, int],
    cut: tuple[int, int],
    causal: bool,
    seen: int,
) -> Bool[Tensor, "batch blocks block keys"]:
    """Where each query of each block may attend: first the keys in front, then those of its window."""
    (blocks, block), (before, after) = cut, reach
    count = torch.arange(blocks * block + before + after, device=real.device)
    own = count[:block, None]
    distance = own - count[: before + block + after] + before
    pattern = (distance <= before) & (distance >= -after)
    place = count.unfold(0, before + block + after, block) + (seen - before)
    windows = F.pad(real, pad).unfold(1, before + block + after, block) & (place >= front.shape[1])
    windows = windows.unsqueeze(2) & pattern
    ahead = front[:, None, None, :].expand(-1, blocks, block, -1)
    if causal:
        places = count[: blocks * block].view(blocks, block, 1) + seen
        ahead = ahead & (count[: front.shape[1]] <= places)
    return torch.cat([ahead, windows], -1)
