"""Structural positions: the position of a word in the dependency tree of its sentence."""

from typing import Annotated, Literal

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive
from zoo_position.sinusoidal import places, waves
from zoo_position.tree import ancestors, depths, lifted


@layer("position/structural")
class Structural(nn.Module):
    """Add structural positions (Wang et al. 2019, Self-attention with structural position representations).

        out = x + tanh(W_s PE[place] + b + W_t PE[depth])

    PE is the encoding of ``position/sinusoidal``. ``heads`` is the dependency tree: for each word, the
    position of its parent; a root, of which there may be several, has a negative number or its own position.
    The depth of a word is its distance from its root. The paper fuses the two encodings by a nonlinear
    function that it does not specify; this formula is our interpretation. ``mask`` is true at real words;
    padding may have any parent.

    ``sequence``: W_s dim × dim with b, ``tree``: W_t dim × dim, both ``torch.nn.Linear``. Raises InputError
    for a parent outside the sentence and for a cycle.
    """

    sees_ahead = ("time",)  # a parent may come later

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.sequence = nn.Linear(dim, dim)
        self.tree = nn.Linear(dim, dim, bias=False)

    def forward(
        self,
        x: Float[Tensor, "batch time dim"],
        heads: Int[Tensor, "batch time"],
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time dim"]:
        dim, at = x.shape[2], places(x)
        depth = depths(ancestors(heads, mask)).to(at.dtype)
        by_place, by_depth = (waves(p, dim, "interleaved", 10000.0).to(x.dtype) for p in (at, depth))
        return x + torch.tanh(self.sequence(by_place) + self.tree(by_depth))


@layer("position/tree_distance")
class TreeDistance(nn.Module):
    """Relative structural positions (Wang et al. 2019): a distance per pair, for relative attention.

        out[i, j] = depth_j - depth_i              if i and j are on one path
                    sign(j - i)(depth_i + depth_j)  otherwise

    ``path`` defines when two words are on one path: ``edge`` if one is the other's parent, ``ancestor`` if
    one is anywhere above the other; the paper allows both readings. Signs are those of j - i, as in
    ``attention/relative``. ``heads``, ``mask`` and InputErrors are as in ``position/structural``. Nothing is
    learned.
    """

    sees_ahead = ("time",)  # a parent may come later

    def __init__(
        self,
        path: Annotated[
            Literal["edge", "ancestor"], Field(description="When two words are on one path.")
        ] = "edge",
    ) -> None:
        super().__init__()
        self.path: Literal["edge", "ancestor"] = path

    def forward(
        self, heads: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Int[Tensor, "batch time time"]:
        above = ancestors(heads, mask)
        depth = depths(above)
        place = torch.arange(heads.shape[1], device=heads.device)
        down = depth.unsqueeze(1) - depth.unsqueeze(2)  # depth_j - depth_i at [i, j]
        if self.path == "edge":
            below = (above[0].unsqueeze(1) == place.unsqueeze(1)) & (down == 1)  # i is the parent of j
        else:
            below = (lifted(above, (-down).clamp(min=0)) == place).mT & (down >= 0)  # i is above j, or j
        together = below | below.mT
        apart = (place - place.unsqueeze(1)).sign() * (depth.unsqueeze(1) + depth.unsqueeze(2))
        return torch.where(together, down, apart)
