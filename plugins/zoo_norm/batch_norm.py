"""Batch normalisation of sequences."""

from typing import Annotated

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive


@layer("norm/batch_norm")
class BatchNorm(nn.Module):
    """Batch normalisation (Ioffe & Szegedy 2015): each feature to mean 0 and variance 1 over the batch.

        out = (x - μ) / √(σ² + eps) ⊙ w + b

    In training, μ and σ² are computed over all steps of all sequences in the batch where ``mask`` is true
    (over all steps without a mask); padding is ignored, and zero in the output. In evaluation, they are the
    running averages from training. In training, each step therefore depends on other sequences and on later
    steps; for language models, use a norm over the features instead.

    ``weight`` w: dim, ones; ``bias`` b: dim, zeros; the running averages ``mean`` and ``variance`` are
    persistent buffers. A batch without real steps leaves them unchanged.
    """

    mean: Tensor
    variance: Tensor
    sees_ahead = ("time",)

    def __init__(
        self,
        dim: Positive,
        eps: Annotated[
            float, Field(gt=0, description="Avoids division by zero for a constant feature.")
        ] = 1e-5,
        momentum: Annotated[
            float, Field(gt=0, le=1, description="The weight of each batch in the running averages.")
        ] = 0.1,
    ) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(empty(dim))
        self.bias = nn.Parameter(empty(dim))
        self.register_buffer("mean", empty(dim))
        self.register_buffer("variance", empty(dim))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set weight and variance to one, bias and mean to zero."""
        for ones in (self.weight, self.variance):
            nn.init.ones_(ones)
        for zeros in (self.bias, self.mean):
            nn.init.zeros_(zeros)

    def forward(
        self, x: Float[Tensor, "batch time dim"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time dim"]:
        padding = None if mask is None else ~mask.unsqueeze(-1)
        if padding is not None:
            x = x.masked_fill(padding, 0)  # NaN · 0 would be NaN
        mean, variance = self._measure(x, mask) if self.training else (self.mean, self.variance)
        out = (x - mean) * (self.weight * (variance + self.eps).rsqrt()) + self.bias
        return out if padding is None else out.masked_fill(padding, 0)

    def _measure(self, x: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Mean and (biased) variance of the real steps; also updates the running averages."""
        real = x.new_ones(x.shape[:2]) if mask is None else mask.to(x.dtype)
        count = real.sum().clamp(min=1)
        mean = x.sum((0, 1)) / count
        variance = ((x - mean).square() * real.unsqueeze(-1)).sum((0, 1)) / count
        with torch.no_grad():
            share = self.momentum * real.any()
            unbiased = variance * count / (count - 1).clamp(min=1)
            self.mean.lerp_(mean.to(self.mean.dtype), share.to(self.mean.dtype))
            self.variance.lerp_(unbiased.to(self.variance.dtype), share.to(self.variance.dtype))
        return mean, variance
