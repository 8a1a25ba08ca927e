"""Sinusoidal positions: waves of many lengths, of which each place has its own mixture."""

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

    ``layout`` says where the columns stand: ``interleaved`` as in the formula, or ``half``: all sines, then
    all cosines. Of an odd dim the last sine has no cosine. Nothing is learned and there is no longest
    sequence.

    The waves have elements of size 1: scale embeddings by √dim before (``basic/embedding``: ``scale``), or
    the tokens drown in them.
    """

    def __init__(
        self,
        layout: Annotated[
            Layout, Field(description="Sines and cosines in turn, or in two halves.")
        ] = "interleaved",
        base: Annotated[float, Field(gt=1, description="The longest wave has the length 2π·base.")] = 10000.0,
    ) -> None:
        super().__init__()
        self.layout: Layout = layout
        self.base = base

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return self.step(x, 0)[0]

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> int:
        """The place of the first step."""
        return 0

    def step(
        self, x: Float[Tensor, "batch time dim"], state: int
    ) -> tuple[Float[Tensor, "batch time dim"], int]:
        """The next piece, and the place behind it."""
        table = waves(places(x, state), x.shape[2], self.layout, self.base)
        return x + table.to(x.dtype), state + x.shape[1]


def places(x: Float[Tensor, "batch time dim"], first: int = 0) -> Float[Tensor, " time"]:
    """The places of the steps of ``x``, of which the first stands at ``first``."""
    # In 32 bits at least: 16 would put neighbours at one place from position 256 (bfloat16) or 2048 on.
    exact = torch.promote_types(x.dtype, torch.float32)
    return torch.arange(first, first + x.shape[1], dtype=exact, device=x.device)


def waves(at: Float[Tensor, "*any"], dim: int, layout: Layout, base: float) -> Float[Tensor, "*any dim"]:
    """The encoding of each place, as ``Sinusoidal`` has it; ``at`` need be neither whole nor in order."""
    even = torch.arange(0, dim, 2, dtype=at.dtype, device=at.device)
    angles = at.unsqueeze(-1) * base ** (-even / dim)
    pair = angles.sin(), angles.cos()
    joined = torch.stack(pair, -1).flatten(-2) if layout == "interleaved" else torch.cat(pair, -1)
    return joined[..., :dim]
