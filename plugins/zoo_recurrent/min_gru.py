"""A recurrent network whose gates do not read its state, and so need not wait for it."""

from typing import Annotated, Literal, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive
from zoo_recurrent.scan import linear_scan


class MinGRUOutput(NamedTuple):
    """``out`` is the state at every step; ``h`` the one after the last real step."""

    out: Float[Tensor, "batch time {self.hidden}"]
    h: Float[Tensor, "batch {self.hidden}"]


@layer("recurrent/min_gru")
class MinGRU(nn.Module):
    """The minimal GRU over a sequence (Feng et al., "Were RNNs all we needed?", 2024).

        z_t = σ(W_z x_t + b_z)
        h̃_t = g(W_h x_t + b_h)
        h_t = (1 - z_t) ⊙ h_(t-1) + z_t ⊙ h̃_t

    Neither z nor h̃ reads the state: both are computed for all steps at once, and the rest is a linear
    recurrence. ``candidate: positive`` is g(v) = v + 0.5 for v ≥ 0, σ(v) else (the paper's appendix B);
    ``linear`` is g(v) = v (section 3).

    ``x``: batch × time × input; ``out``: batch × time × hidden. ``mask`` is true at real steps; where it is
    false, the state passes unchanged and ``out`` is zero. ``h``, batch × hidden: the state before the first
    step, zeros where it is not wired; the output of this name is the one after the last.

    ``weight``: 2·hidden × input, rows of W_z before W_h, uniform in ±1/√input; ``bias``: 2·hidden, zeros. The
    paper computes the recurrence by sums of logarithms, which needs a positive candidate; here it is a scan
    of products, more exact and as parallel (``zoo_recurrent.scan``). It streams.
    """

    def __init__(
        self,
        input: Positive,
        hidden: Positive,
        candidate: Annotated[
            Literal["positive", "linear"], Field(description="What is made of the new content.")
        ] = "positive",
    ) -> None:
        super().__init__()
        self.hidden, self.candidate = hidden, candidate
        self.weight = nn.Parameter(empty(2 * hidden, input))
        self.bias = nn.Parameter(empty(2 * hidden))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weight anew and set the bias to zero."""
        bound = self.weight.shape[1] ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.zeros_(self.bias)

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        mask: Bool[Tensor, "batch time"] | None = None,
        h: Float[Tensor, "batch hidden"] | None = None,
    ) -> MinGRUOutput:
        if mask is not None:
            x = x.masked_fill(~mask.unsqueeze(-1), 0)
        gate, new = F.linear(x, self.weight, self.bias).chunk(2, -1)
        if self.candidate == "positive":
            new = torch.where(new >= 0, new + 0.5, new.sigmoid())
        keep, values = (-gate).sigmoid(), gate.sigmoid() * new
        if mask is not None:
            keep = keep.masked_fill(~mask.unsqueeze(-1), 1)
            values = values.masked_fill(~mask.unsqueeze(-1), 0)
        start = values.new_zeros(x.shape[0], self.hidden) if h is None else h.to(values.dtype)
        states = linear_scan(keep, values, start)
        last = states[:, -1] if x.shape[1] else start
        return MinGRUOutput(states if mask is None else states.masked_fill(~mask.unsqueeze(-1), 0), last)

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        h: Float[Tensor, "batch hidden"] | None = None,
    ) -> Float[Tensor, "batch hidden"]:
        """The state before the first step."""
        return torch.zeros(batch, self.hidden, device=device, dtype=dtype) if h is None else h

    def step(
        self,
        x: Float[Tensor, "batch time input"],
        state: Float[Tensor, "batch hidden"],
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[MinGRUOutput, Float[Tensor, "batch hidden"]]:
        """The next piece of a sequence."""
        found = self(x, mask, state)
        return found, found.h
