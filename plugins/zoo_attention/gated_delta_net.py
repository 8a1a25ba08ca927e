"""Gated DeltaNet: a fading memory that is corrected."""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive
from zoo.rows import RowLinear
from zoo.sizes import Size
from zoo_attention.delta import correct
from zoo_attention.heads import Heads, check_heads, merge, split
from zoo_attention.padding import tame


@layer("attention/gated_delta_net")
class GatedDeltaNet(nn.Module):
    """Gated DeltaNet (Yang, Kautz & Hatamizadeh 2024): each head has a matrix that maps keys to values.

        S_t = α_t (I - β_t k_t k_tᵀ) S_{t-1} + β_t k_t v_tᵀ,   head_t = q_t S_t
        q, k = silu(W x) of length 1, v = silu(W_v x), β = σ(W_β x), α = exp(-e^a softplus(W_α x + d))
        out = W_o (silu(W_g x) ⊙ [rms(head_1); …; rms(head_heads)])

    A step forgets by α, and then brings what the matrix says of k_t nearer to v_t, by β of the way, where
    linear attention only adds. rms(y) is y over its root mean square. Time and memory grow with the length;
    always causal; a stream keeps one matrix per head. The original has a short causal convolution over
    time behind W_q, W_k and W_v, which is left out here: draw one before the layer.

    ``mask`` is true at real steps; the others change nothing. ``query``, ``key``, ``value``, ``gate``,
    ``out``: dim × dim, Xavier-uniform; ``rate`` W_β and ``decay`` W_α: heads × dim; none has a bias.
    ``speed`` a and ``shift`` d: heads. As in Mamba 2, e^a starts uniform in 1 … 16, and d so that softplus(d)
    is log-uniform in 0.001 … 0.1. Sums are in 32 bits at least.

    Raises ValueError where dim does not divide into heads.
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
        self.rate = RowLinear(dim, heads, bias=False)
        self.decay = RowLinear(dim, heads, bias=False)
        self.speed = nn.Parameter(torch.empty(heads))
        self.shift = nn.Parameter(torch.empty(heads))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        for linear in (self.query, self.key, self.value, self.gate, self.out, self.rate, self.decay):
            nn.init.xavier_uniform_(linear.weight)
        nn.init.uniform_(self.speed, 1, 16)
        nn.init.uniform_(self.shift)
        with torch.no_grad():
            self.speed.log_()
            step = 0.001 * 100**self.shift
            self.shift.copy_(step.expm1().log())  # the inverse of softplus

    def forward(
        self, x: Float[Tensor, "batch time dim"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time dim"]:
        return self._walk(x, mask, None)[0]

    def initial_state(
        self, batch: int, device: torch.device, dtype: torch.dtype
    ) -> Float[Tensor, "batch heads part part"]:
        """Nothing is known."""
        part = self.query.in_features // self.heads
        wide = torch.promote_types(dtype, torch.float32)
        return torch.zeros(batch, self.heads, part, part, device=device, dtype=wide)

    def step(
        self,
        x: Float[Tensor, "batch time dim"],
        state: Float[Tensor, "batch heads part part"],
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch time dim"], Float[Tensor, "batch heads part part"]]:
        """``forward`` over the next piece of the sequence."""
        return self._walk(x, mask, state)

    def _walk(self, x: Tensor, mask: Tensor | None, state: Tensor | None) -> tuple[Tensor, Tensor]:
        x = x if mask is None else tame(x, mask)
        part = x.shape[2] // self.heads
        wide = torch.promote_types(x.dtype, torch.float32)
        query, key, value = (
            F.silu(split(linear(x), part).to(wide).contiguous())
            for linear in (self.query, self.key, self.value)
        )
        query, key = F.normalize(query, dim=-1), F.normalize(key, dim=-1)
        # In one piece, here and above: traced, gradients have other strides than they have when they run.
        rate, slow = (f(x).to(wide).transpose(1, 2).contiguous() for f in (self.rate, self.decay))
        rate, slow = rate.sigmoid(), F.softplus(slow + self.shift.to(wide).unsqueeze(1))
        log_decay = -self.speed.to(wide).exp().unsqueeze(1) * slow
        if mask is not None:
            padding = ~mask.unsqueeze(1)
            rate, log_decay = rate.masked_fill(padding, 0), log_decay.masked_fill(padding, 0)
        got, state = correct(query, key, value, log_decay, rate, state)
        even = F.rms_norm(got, [part], eps=1e-6).to(x.dtype)
        return self.out(F.silu(self.gate(x)) * merge(even)), state

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Refuse settings that do not go together before anything is built; of shapes the hints say all."""
        check_heads(settings["dim"], settings["heads"])
        return {}
