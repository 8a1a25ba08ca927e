"""Masks: which steps are real, and which may be seen. True is real, true may be seen."""

from typing import Annotated, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from zoo import layer


class Measured(NamedTuple):
    """The lengths of the sequences, and how many steps there were before."""

    lengths: Int[Tensor, " batch"]
    seen: int


@layer("basic/length_mask")
class LengthMask(nn.Module):
    """The mask of sequences of given lengths: true at step t where t < length.

    ``lengths``: one number per sequence; 0 is a sequence of padding only, and a length beyond the axis counts
    as the whole axis. ``x``, batch × time × …, gives the number of steps; its contents are not read. It
    streams: the lengths are known from the start.
    """

    def forward(
        self, lengths: Int[Tensor, " batch"], x: Float[Tensor, "batch time *any"]
    ) -> Bool[Tensor, "batch time"]:
        return self.step(x, Measured(lengths, 0))[0]

    def initial_state(
        self, batch: int, device: torch.device, dtype: torch.dtype, lengths: Int[Tensor, " batch"]
    ) -> Measured:
        """The lengths, and no steps before."""
        return Measured(lengths, 0)

    def step(
        self, x: Float[Tensor, "batch time *any"], state: Measured
    ) -> tuple[Bool[Tensor, "batch time"], Measured]:
        """The mask of the next steps."""
        lengths, seen = state
        end = seen + x.shape[1]
        places = torch.arange(seen, end, device=lengths.device)
        return places < lengths.unsqueeze(1), Measured(lengths, end)


@layer("basic/token_mask")
class TokenMask(nn.Module):
    """The mask of padded tokens: true where a token is not ``padding``."""

    def __init__(
        self, padding: Annotated[int, Field(description="The token that stands for nothing.")] = 0
    ) -> None:
        super().__init__()
        self.padding = padding

    def forward(self, tokens: Int[Tensor, "*any"]) -> Bool[Tensor, "*any"]:
        return tokens != self.padding


@layer("basic/causal_mask")
class CausalMask(nn.Module):
    """Which steps a step may see, as pairs (query, key): those up to itself, j ≤ i.

    With ``strict`` those before itself, j < i: the first step then sees nothing. ``x``, batch × time × …,
    gives the number of steps; its contents are not read. Attention that is causal by a setting is faster, and
    holds no mask of time × time; this one is for masks that are combined or drawn.
    """

    def __init__(
        self, strict: Annotated[bool, Field(description="Leave out the step itself, too.")] = False
    ) -> None:
        super().__init__()
        self.strict = strict

    def forward(self, x: Float[Tensor, "batch time *any"]) -> Bool[Tensor, "batch time time"]:
        return self.step(x, 0)[0]

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> int:
        """How many steps there were before: none."""
        return 0

    def step(
        self, x: Float[Tensor, "batch time *any"], state: int
    ) -> tuple[Bool[Tensor, "batch time seen"], int]:
        """Which of all steps so far the next steps may see."""
        end = state + x.shape[1]
        places = torch.arange(end, device=x.device)
        own = places[state:].unsqueeze(1)
        allowed = places < own if self.strict else places <= own
        return allowed.expand(x.shape[0], -1, -1), end


@layer("basic/both_masks")
class BothMasks(nn.Module):
    """All of its masks at once: true where every one is true, out = a ∧ b ∧ …."""

    def forward(self, *masks: Bool[Tensor, "*any"]) -> Bool[Tensor, "*any"]:
        return torch.stack(masks).all(0)
