"""Rotary positions: queries and keys are rotated, so that their product depends only on the distance."""

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

    Apply it to the projected queries and to the projected keys, before the attention: the product of a query
    and a key then depends only on the distance of their positions. The columns are those of ``heads``
    concatenated heads, all rotated alike; in each head, the first w columns are rotated, where w is ``share``
    of its width. ``layout`` determines the pairs of columns: 2i and 2i + 1 (``interleaved``, as in the paper)
    or i and i + w/2 (``half``, as in GPT-NeoX and LLaMA).

    For sequences ``factor`` times as long as in training, ``scaling`` can be ``linear``: p / factor (Chen et
    al. 2023, position interpolation), or ``ntk``: base · factor^(w/(w-2)), which preserves short distances
    and compresses long ones. Nothing is learned, and the length is unlimited.

    Raises ValueError if dim is not divisible by heads, or a head has no pair to rotate.
    """

    def __init__(
        self,
        dim: Positive,
        heads: Annotated[Positive, Field(description="The number of heads that dim consists of.")] = 1,
        layout: Annotated[
            Layout, Field(description="Pairs of neighbours, or across the halves of a head.")
        ] = "interleaved",
        base: Annotated[float, Field(gt=1, description="The longest period is 2π·base.")] = 10000.0,
        share: Annotated[float, Field(gt=0, le=1, description="The rotated fraction of each head.")] = 1.0,
        scaling: Annotated[
            Scaling, Field(description="How positions are scaled for long sequences.")
        ] = "none",
        factor: Annotated[float, Field(ge=1, description="The factor for ``scaling``.")] = 1.0,
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
        """The position of the first step."""
        return 0

    def step(
        self, x: Float[Tensor, "batch time dim"], state: int
    ) -> tuple[Float[Tensor, "batch time dim"], int]:
        """``forward`` over the next piece of the sequence."""
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
        elif self.scaling == "ntk" and width > 2:  # a single pair has θ = 1 whatever the base
            base *= self.factor ** (width / (width - 2))
        even = torch.arange(0, width, 2, dtype=at.dtype, device=at.device)
        return at.unsqueeze(-1) * base ** (-even / width)

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Validate the settings before the layer is built; the hints determine all shapes."""
        if isinstance(settings["dim"], int):
            _turned(settings["dim"], settings["heads"], settings["share"])
        return {}


def _turned(dim: int, heads: int, share: float) -> int:
    """The number of rotated columns of each head, which is even."""
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
