"""Gated DeltaNet: linear attention with decay and the delta rule."""

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

    Each step decays the matrix by α, then moves the value that it holds for k_t towards v_t by the fraction
    β, where linear attention only adds. q and k are normalised to length 1; rms(y) is y divided by its root
    mean square. Time and memory are linear in the length. The layer is always causal; a stream keeps one
    matrix per head. The original has a short causal convolution over time after W_q, W_k and W_v, which is
    omitted here: add one before the layer.

    ``mask`` is true at real steps; the others have no effect. ``query``, ``key``, ``value``, ``gate``,
    ``out``: dim × dim, Xavier-uniform; ``rate`` W_β and ``decay`` W_α: heads × dim; none has a bias.
    ``speed`` a and ``shift`` d: heads. As in Mamba 2, e^a starts uniform in 1 … 16, and d such that
    softplus(d) is log-uniform in 0.001 … 0.1. Sums are computed in at least 32 bits.

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
        self.rate = RowLinear(dim, heads, bias=False)
        self.decay = RowLinear(dim, heads, bias=False)
        self.speed = nn.Parameter(torch.empty(heads))
        self.shift = nn.Parameter(torch.empty(heads))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the weights."""
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
        """An empty memory."""
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
        # Contiguous, here and above: gradients of a traced model would have other strides than in eager mode.
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
        """Validate the settings before the layer is built; the hints determine all shapes."""
        check_heads(settings["dim"], settings["heads"])
        return {}
