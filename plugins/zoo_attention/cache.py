"""The KV cache: keys and values of the past, kept so that a stream computes each of them once.

They stand in tensors with room to spare, a block more whenever it is used up: a step writes behind the past
instead of copying all of it. A state may be continued twice (a search, a second try), and then the place
behind it is taken. PyTorch counts the writes to a tensor; a state knows the count that it left behind, and
one that finds another makes a tensor of its own. So does every step while gradients are recorded, for these
need the tensor as it was.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from zoo.errors import InputError

BLOCK = 128


class Past(NamedTuple):
    """Keys and values of each head so far, with room behind them, and which of them are real; None while all
    are.

    ``seen`` are there; ``writes`` is the count of writes to the keys. Of a memory that stays the same they
    are all there from the start.
    """

    key: Float[Tensor, "batch kv_heads room part"]
    value: Float[Tensor, "batch kv_heads room value"]
    real: Bool[Tensor, "batch past"] | None
    seen: int
    writes: int = -1

    @property
    def keys(self) -> Float[Tensor, "batch kv_heads past part"]:
        """The keys so far."""
        return self.key[:, :, : self.seen]

    @property
    def values(self) -> Float[Tensor, "batch kv_heads past value"]:
        """The values so far."""
        return self.value[:, :, : self.seen]


def nothing(batch: int, heads: int, part: int, device: torch.device, dtype: torch.dtype) -> Past:
    """No past."""
    none = torch.empty(batch, heads, 0, part, device=device, dtype=dtype)
    return Past(none, none, None, 0)


def remembered(key: Tensor, value: Tensor, real: Tensor | None) -> Past:
    """A memory that is whole from the start."""
    return Past(key, value, real, key.shape[2])


def appended(past: Past, key: Tensor, value: Tensor, real: Tensor | None) -> Past:
    """The past and what comes behind it."""
    known = past.real
    if known is None and real is not None:
        known = real.new_ones(past.key.shape[0], past.seen)
    if known is not None:
        more = known.new_ones(key.shape[0], key.shape[2]) if real is None else real
        known = torch.cat([known, more], 1)
    if _wanted_as_it_is(past.key):
        keys, values = torch.cat([past.keys, key], 2), torch.cat([past.values, value], 2)
        return Past(keys, values, known, keys.shape[2])
    seen = past.seen + key.shape[2]
    keys, values = past.key, past.value
    if seen > keys.shape[2] or past.writes != keys._version:
        keys, values = _with_room(past.keys, seen), _with_room(past.values, seen)
    keys[:, :, past.seen : seen] = key
    values[:, :, past.seen : seen] = value
    return Past(keys, values, known, seen, keys._version)


def _wanted_as_it_is(x: Tensor) -> bool:
    """Whether gradients or a tracer may go back to a tensor, or PyTorch does not count the writes to it."""
    return torch.is_grad_enabled() or torch.compiler.is_compiling() or x.is_inference()


def _with_room(x: Tensor, places: int) -> Tensor:
    """A copy with room for so many places, rounded up to whole blocks."""
    room = -(-places // BLOCK) * BLOCK
    new = x.new_zeros(*x.shape[:2], room, x.shape[3])
    new[:, :, : x.shape[2]] = x
    return new


def check_stream(name: str, causal: bool, memory: bool) -> None:
    """Refuse with an InputError what cannot be had in pieces."""
    if not causal and not memory:
        raise InputError(
            f"{name} streams if it is causal, or over keys that are there from the start, and it is neither; "
            "set causal: true, or run it on the whole sequence"
        )
    if causal and memory:
        raise InputError(
            f"causal {name} over keys that are there from the start aligns the last query with the last key, "
            "and which is the last a stream does not know; leave causal out, or run it on the whole sequence"
        )
