"""The KV cache: the keys and values of the past, so that a stream computes each of them only once.

They are stored in tensors with spare capacity, enlarged by whole blocks: a step appends in place instead of
copying the past. A state may be continued more than once, as in a search; then the space after it may already
be in use. To detect this, a state records PyTorch's version counter of the tensor, which counts writes; if
the counter has changed, the step copies. It also copies while gradients are recorded, since autograd needs
the tensor unchanged.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from zoo.errors import InputError

BLOCK = 128


class Past(NamedTuple):
    """The keys and values of each head so far, in tensors with spare capacity.

    ``real`` marks the keys that are not padding; None means all. ``seen`` is the number of keys; ``writes``
    is the version counter of ``key`` after the last write. A fixed memory is complete from the start.
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
    """An empty cache."""
    none = torch.empty(batch, heads, 0, part, device=device, dtype=dtype)
    return Past(none, none, None, 0)


def remembered(key: Tensor, value: Tensor, real: Tensor | None) -> Past:
    """A fixed memory."""
    return Past(key, value, real, key.shape[2])


def appended(past: Past, key: Tensor, value: Tensor, real: Tensor | None) -> Past:
    """The cache with further keys and values appended."""
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
    """Whether autograd or a tracer may need a tensor unchanged, or the tensor has no version counter."""
    return torch.is_grad_enabled() or torch.compiler.is_compiling() or x.is_inference()


def _with_room(x: Tensor, places: int) -> Tensor:
    """A copy with capacity for ``places`` keys, rounded up to whole blocks."""
    room = -(-places // BLOCK) * BLOCK
    new = x.new_zeros(*x.shape[:2], room, x.shape[3])
    new[:, :, : x.shape[2]] = x
    return new


def check_stream(name: str, causal: bool, memory: bool) -> None:
    """Raise InputError for an attention that cannot be computed in pieces."""
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
