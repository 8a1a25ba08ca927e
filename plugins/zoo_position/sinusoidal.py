"""Sinusoidal positions: sines and cosines of many wavelengths."""

from typing import Annotated, Literal

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer

Layout = Literal["interleaved", "half"]


@layer("position/sinusoidal")
class Sinusoidal(nn.Module):
    """Add sinusoidal positions (Vaswani et al. 2017, section 3.5): out[p] = x[p] + PE[p].

        PE[p, 2i] = sin(p / base^(2i/dim)),  PE[p, 2i+1] = cos(p / base^(2i/dim))

    ``layout`` is the order of the columns: ``interleaved`` as in the formula, or ``half``, with all sines
    before all cosines. If dim is odd, the last sine has no cosine. Nothing is learned, and the length is
    unlimited.

    The encoding has elements of magnitude 1; scale embeddings by √dim first (``basic/embedding``: ``scale``),
    so that it does not drown out the tokens.
    """

    def __init__(
        self,
        layout: Annotated[
            Layout, Field(description="Sines and cosines alternating, or in two halves.")
        ] = "interleaved",
        base: Annotated[float, Field(gt=1, description="The longest wavelength is 2π·base.")] = 10000.0,
    ) -> None:
        super().__init__()
        self.layout: Layout = layout
        self.base = base

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return self.step(x, 0)[0]

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> int:
        """The position of the first step."""
        return 0

    def step(
        self, x: Float[Tensor, "batch time dim"], state: int
    ) -> tuple[Float[Tensor, "batch time dim"], int]:
        """``forward`` over the next piece of the sequence."""
        table = waves(places(x, state), x.shape[2], self.layout, self.base)
        return x + table.to(x.dtype), state + x.shape[1]


def places(x: Float[Tensor, "batch time dim"], first: int = 0) -> Float[Tensor, " time"]:
    """The positions of the steps of ``x``, beginning at ``first``."""
    # In at least 32 bits: in 16, neighbours would coincide from position 256 (bfloat16) or 2048 (float16) on.
    exact = torch.promote_types(x.dtype, torch.float32)
    return torch.arange(first, first + x.shape[1], dtype=exact, device=x.device)


def waves(at: Float[Tensor, "*any"], dim: int, layout: Layout, base: float) -> Float[Tensor, "*any dim"]:
    """The encoding of ``Sinusoidal`` for each position; positions may be fractional and in any order."""
    even = torch.arange(0, dim, 2, dtype=at.dtype, device=at.device)
    angles = at.unsqueeze(-1) * base ** (-even / dim)
    pair = angles.sin(), angles.cos()
    joined = torch.stack(pair, -1).flatten(-2) if layout == "interleaved" else torch.cat(pair, -1)
    return joined[..., :dim]
