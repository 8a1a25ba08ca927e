"""Rotary positions: queries and keys turn with their place, so that their product sees only the distance."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive
from zoo.sizes import Size
from zoo_position.sinusoidal import Layout, places

Scaling = Literal["none", "linear", "ntk"]


@layer("position/rotary")
class Rotary(nn.Module):
    """Rotary position embedding (Su et al. 2021, RoFormer): rotate each pair of columns by an angle p·θ_i.

        (out_a, out_b) = (x_a cos pθ_i - x_b sin pθ_i,  x_a sin pθ_i + x_b cos pθ_i),  θ_i = base^(-2i/w)

    Put it between the linear map of the queries and the attention, and the same between keys and attention:
    what a query and a key make of each other then depends on the distance of their places alone. The columns
    are those of ``heads`` heads side by side, all turned alike; of each the first w turn, where w is
    ``share`` of its width. ``layout`` says which columns are a pair: 2i and 2i + 1 (``interleaved``, as in
    the paper) or i and i + w/2 (``half``, as in GPT-NeoX and LLaMA).

    For sequences ``factor`` times as long as those trained on, ``scaling`` is ``linear``: p / factor (Chen et
    al. 2023, position interpolation), or ``ntk``: base · factor^(w/(w-2)), which leaves near places apart and
    brings far ones together. Nothing is learned and there is no longest sequence.

    Raises ValueError for a width that does not divide into heads with a pair to turn.
    """

    def __init__(
        self,
        dim: Positive,
        heads: Annotated[Positive, Field(description="How many heads lie side by side in dim.")] = 1,
        layout: Annotated[
            Layout, Field(description="Pairs of neighbours, or across the halves of a head.")
        ] = "interleaved",
        base: Annotated[float, Field(gt=1, description="The slowest pair turns once in 2π·base.")] = 10000.0,
        share: Annotated[float, Field(gt=0, le=1, description="The part of each head that turns.")] = 1.0,
        scaling: Annotated[Scaling, Field(description="How longer sequences are fitted in.")] = "none",
        factor: Annotated[float, Field(ge=1, description="How much longer they are.")] = 1.0,
    ) -> None:
        super().__init__()
        self.heads, self.width = heads, _turned(dim, heads, share)
        self.layout: Layout = layout
        self.base = base
        self.scaling: Scaling = scaling
        self.factor = factor

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return self.step(x, 0)[0]

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> int:
        """The place of the first step."""
        return 0

    def step(
        self, x: Float[Tensor, "batch time dim"], state: int
    ) -> tuple[Float[Tensor, "batch time dim"], int]:
        """The next piece, turned, and the place behind it."""
        (batch, time, dim), width = x.shape, self.width
        heads = x.view(batch, time, self.heads, dim // self.heads)
        turning, still = heads[..., :width], heads[..., width:]
        angles = self._angles(places(x, state))
        cos, sin = angles.cos().to(x.dtype).unsqueeze(1), angles.sin().to(x.dtype).unsqueeze(1)
        if self.layout == "interleaved":
            a, b = turning[..., 0::2], turning[..., 1::2]
        else:
            a, b = turning[..., : width // 2], turning[..., width // 2 :]
        pair = torch.stack if self.layout == "interleaved" else torch.cat
        turned = pair((a * cos - b * sin, a * sin + b * cos), -1).view(turning.shape)
        out = turned if width == heads.shape[-1] else torch.cat((turned, still), -1)
        return out.view(x.shape), state + time

    def _angles(self, at: Float[Tensor, " time"]) -> Float[Tensor, "time pairs"]:
        base, width = self.base, self.width
        if self.scaling == "linear":
            at = at / self.factor
        elif self.scaling == "ntk" and width > 2:  # a single pair turns at 1 whatever the base
            base *= self.factor ** (width / (width - 2))
        even = torch.arange(0, width, 2, dtype=at.dtype, device=at.device)
        return at.unsqueeze(-1) * base ** (-even / width)

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Refuse settings that do not go together before anything is built; of shapes the hints say all."""
        if isinstance(settings["dim"], int):
            _turned(settings["dim"], settings["heads"], settings["share"])
        return {}


def _turned(dim: int, heads: int, share: float) -> int:
    """How many columns of each head turn: an even number."""
    if dim % heads:
        raise ValueError(
            f"every head has an equal part of dim, and {dim} does not divide into {heads} heads; "
            "make dim a multiple of heads"
        )
    width = int(dim // heads * share) // 2 * 2
    if width == 0:
        raise ValueError(
            f"rotary turns pairs of columns, and {share:g} of a head of {dim // heads} has none; "
            "take fewer heads, or a larger share"
        )
    return width
