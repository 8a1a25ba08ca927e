"""Retention: attention with exponential decay instead of softmax, which is also a recurrence."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive
from zoo.rows import RowLinear
from zoo.sizes import Size
from zoo_attention.heads import Heads, check_heads, merge, split
from zoo_attention.padding import tame
from zoo_attention.recall import recall


class RetentionState(NamedTuple):
    """The matrix of each head, and the number of steps so far."""

    matrix: Float[Tensor, "batch heads part part"]
    seen: int


@layer("attention/retention")
class Retention(nn.Module):
    """Multi-scale retention (Sun et al. 2023, Retentive Network), with the gate of its block.

        head_i = Σ_{j ≤ i} γ_h^(i-j) (q_i·k_j / √(dim/heads)) v_j,   γ_h = 1 - 2^(-5-h), h = 0 … heads - 1
        out = W_o (silu(W_g x) ⊙ [rms(head_1); …; rms(head_heads)])

    Queries and keys are rotated by their position p: the i-th of w pairs of columns by p·10000^(-i/(w-1)),
    i = 0 … w - 1, so that their product depends only on the distance (an odd last column is not rotated).
    rms(y) is y divided by its root mean square. The same function can be computed pair by pair, as the
    recurrence S_i = γ S_{i-1} + k_i v_iᵀ, or in chunks; this layer uses chunks, with time and memory linear
    in the length. It is always causal; a stream keeps one matrix per head. γ and the angles are not learned.

    ``mask`` is true at real steps; the others add nothing, but the memory still decays. ``query``, ``key``,
    ``value``, ``gate``, ``out``: dim × dim, Xavier-uniform, without biases. Sums are computed in at least 32
    bits.

    Raises ValueError if dim is not divisible by heads.
    """

    def __init__(self, dim: Positive, heads: Heads) -> None:
        super().__init__()
        check_heads(dim, heads)
        self.heads = heads
        self.query = RowLinear(dim, dim, bias=False)
        self.key = RowLinear(dim, dim, bias=False)
        self.value = RowLinear(dim, dim, bias=False)
        self.gate = RowLinear(dim, dim, bias=False)
        self.out = RowLinear(dim, dim, bias=False)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the weights."""
        for linear in (self.query, self.key, self.value, self.gate, self.out):
            nn.init.xavier_uniform_(linear.weight)

    def forward(
        self, x: Float[Tensor, "batch time dim"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time dim"]:
        return self._retain(x, mask, None, 0)[0]

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> RetentionState:
        """An empty memory."""
        part = self.query.in_features // self.heads
        wide = torch.promote_types(dtype, torch.float32)
        return RetentionState(torch.zeros(batch, self.heads, part, part, device=device, dtype=wide), 0)

    def step(
        self,
        x: Float[Tensor, "batch time dim"],
        state: RetentionState,
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch time dim"], RetentionState]:
        """``forward`` over the next piece of the sequence."""
        out, matrix = self._retain(x, mask, state.matrix, state.seen)
        return out, RetentionState(matrix, state.seen + x.shape[1])

    def _retain(
        self, x: Tensor, mask: Tensor | None, state: Tensor | None, seen: int
    ) -> tuple[Float[Tensor, "batch time dim"], Float[Tensor, "batch heads part part"]]:
        x = x if mask is None else tame(x, mask)
        part = x.shape[2] // self.heads
        wide = torch.promote_types(x.dtype, torch.float32)
        query, key, value = (split(linear(x), part).to(wide) for linear in (self.query, self.key, self.value))
        query, key = _turn(query, seen), _turn(key, seen) * part**-0.5
        if mask is not None:
            key = key.masked_fill(~mask[:, None, :, None], 0)
        decay = 1 - 2.0 ** (-5 - torch.arange(self.heads, dtype=wide, device=x.device))
        got, state = recall(query, key, value, decay, state)
        even = F.rms_norm(got, [part], eps=1e-6).to(x.dtype)
        return self.out(F.silu(self.gate(x)) * merge(even)), state

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Validate the settings before the layer is built; the hints determine all shapes."""
        check_heads(settings["dim"], settings["heads"])
        return {}


def _turn(x: Float[Tensor, "batch heads time part"], seen: int) -> Float[Tensor, "batch heads time part"]:
    """Rotate each pair of neighbouring columns by its angle; the first position is ``seen``."""
    pairs = x.shape[3] // 2
    places = torch.arange(x.shape[2], dtype=x.dtype, device=x.device) + seen
    slow = torch.linspace(0, 1, pairs, dtype=x.dtype, device=x.device)
    angles = places.unsqueeze(1) * 10000.0**-slow
    a, b = x[..., 0 : 2 * pairs : 2], x[..., 1 : 2 * pairs : 2]
    cos, sin = angles.cos(), angles.sin()
    turned = torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)
    return torch.cat((turned, x[..., 2 * pairs :]), -1)
