"""Masks: true at steps that are real, or that may be attended to."""

from typing import Annotated, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from zoo import layer


class Measured(NamedTuple):
    """The lengths of the sequences, and the number of steps so far."""

    lengths: Int[Tensor, " batch"]
    seen: int


@layer("basic/length_mask")
class LengthMask(nn.Module):
    """The mask of sequences of given lengths: true at step t if t < length.

    ``lengths``: one number per sequence; 0 means a sequence of padding only, and a length beyond the axis
    counts as the whole axis. ``x``, batch × time × …, gives the number of steps; its values are not used. It
    can stream; the lengths are fixed from the start.
    """

    def forward(
        self, lengths: Int[Tensor, " batch"], x: Float[Tensor, "batch time *any"]
    ) -> Bool[Tensor, "batch time"]:
        return self.step(x, Measured(lengths, 0))[0]

    def initial_state(
        self, batch: int, device: torch.device, dtype: torch.dtype, lengths: Int[Tensor, " batch"]
    ) -> Measured:
        """The lengths, and no steps so far."""
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
    """The mask of real tokens: true where a token is not ``padding``."""

    def __init__(self, padding: Annotated[int, Field(description="The token used for padding.")] = 0) -> None:
        super().__init__()
        self.padding = padding

    def forward(self, tokens: Int[Tensor, "*any"]) -> Bool[Tensor, "*any"]:
        return tokens != self.padding


@layer("basic/causal_mask")
class CausalMask(nn.Module):
    """The causal mask of pairs (query, key): each step may attend to itself and earlier steps, j ≤ i.

    With ``strict``, only to earlier steps, j < i; the first step then sees nothing. ``x``, batch × time × …,
    gives the number of steps; its values are not used. The setting ``causal`` of an attention is faster and
    needs no time × time mask; this layer is for masks that are combined with others or drawn explicitly.
    """

    def __init__(
        self, strict: Annotated[bool, Field(description="Exclude the step itself.")] = False
    ) -> None:
        super().__init__()
        self.strict = strict

    def forward(self, x: Float[Tensor, "batch time *any"]) -> Bool[Tensor, "batch time time"]:
        return self.step(x, 0)[0]

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> int:
        """The number of steps so far: none."""
        return 0

    def step(
        self, x: Float[Tensor, "batch time *any"], state: int
    ) -> tuple[Bool[Tensor, "batch time seen"], int]:
        """The rows of the mask for the next steps."""
        end = state + x.shape[1]
        places = torch.arange(end, device=x.device)
        own = places[state:].unsqueeze(1)
        allowed = places < own if self.strict else places <= own
        return allowed.expand(x.shape[0], -1, -1), end


@layer("basic/both_masks")
class BothMasks(nn.Module):
    """The conjunction of masks: true where all of them are, out = a ∧ b ∧ …."""

    def forward(self, *masks: Bool[Tensor, "*any"]) -> Bool[Tensor, "*any"]:
        return torch.stack(masks).all(0)
