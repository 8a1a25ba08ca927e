"""A state space whose every step decides what it keeps, writes and reads."""

import math
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, empty, nn
from torch.utils import checkpoint

from zoo import layer
from zoo.fields import Positive
from zoo_recurrent.scan import linear_scan


class SSMOutput(NamedTuple):
    """``out`` at every step; ``h``, the state after the last real step."""

    out: Float[Tensor, "batch time dim"]
    h: Float[Tensor, "batch dim {self.state}"]


@layer("recurrent/selective_ssm")
class SelectiveSSM(nn.Module):
    """The selective state space, S6, the core of Mamba (Gu & Dao, "Mamba", 2023).

        Δ_t = softplus(W_Δ V x_t + b)     how long a step lasts, for each channel
        B_t = W_B x_t,  C_t = W_C x_t     what is written, what is read; the same for all channels
        h_t = exp(Δ_t A) ⊙ h_(t-1) + Δ_t B_t x_t
        out_t = C_tᵀ h_t + D x_t

    Each of ``dim`` channels has a state of ``state`` numbers, which decay at rates A < 0 of their own. A step
    with Δ near 0 is passed over, one with a large Δ replaces the state. The recurrence is linear in h, so all
    steps are computed at once (``zoo_recurrent.scan``).

    ``x`` and ``out``: batch × time × dim. ``mask`` is true at real steps; where it is false, the state passes
    unchanged and ``out`` is zero. ``h``, batch × dim × state: the state before the first step, zeros where it
    is not wired; the output of this name is the one after the last.

    ``project``: (rank + 2·state) × dim, the rows of V, W_B and W_C; ``step_weight`` W_Δ: dim × rank;
    ``step_bias`` b: dim, such that Δ begins between 0.001 and 0.1; ``rates``: dim·state, log(-A), which
    begins as log 1, log 2, … for each channel; ``skip`` D: dim, ones. As in the authors' code, B_t x_t is
    multiplied by Δ_t alone, where the paper has the exact integral. The convolution, gate and maps around it
    are nodes of a graph (mamba_language_model.yaml). It streams.

    Long sequences are computed in pieces, of which the backward pass computes the states again, so that
    memory holds ``time`` states of one piece alone.
    """

    piece: int | None = None
    """Steps computed at once: None is as many as suit the device, few enough for a CPU's caches."""

    def __init__(
        self,
        dim: Positive,
        state: Annotated[Positive, Field(description="Numbers that each channel remembers.")] = 16,
        rank: Annotated[
            Positive | None, Field(description="Width behind the steps' durations; none: dim/16, rounded up.")
        ] = None,
    ) -> None:
        super().__init__()
        self.state, self.rank = state, rank or math.ceil(dim / 16)
        self.project = nn.Parameter(empty(self.rank + 2 * state, dim))
        self.step_weight = nn.Parameter(empty(dim, self.rank))
        self.step_bias = nn.Parameter(empty(dim))
        self.rates = nn.Parameter(empty(dim * state))
        self.skip = nn.Parameter(empty(dim))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew, and set rates, durations and skip to their start."""
        dim = len(self.skip)
        nn.init.uniform_(self.project, -(dim**-0.5), dim**-0.5)
        nn.init.uniform_(self.step_weight, -(self.rank**-0.5), self.rank**-0.5)
        nn.init.uniform_(self.step_bias, math.log(1e-3), math.log(1e-1))
        nn.init.ones_(self.skip)
        with torch.no_grad():
            step = self.step_bias.exp()
            self.step_bias.copy_(step + (-(-step).expm1()).log())  # the inverse of softplus
            ladder = torch.arange(1, self.state + 1, dtype=self.rates.dtype, device=self.rates.device)
            self.rates.copy_(ladder.log().repeat(dim))

    def forward(
        self,
        x: Float[Tensor, "batch time dim"],
        mask: Bool[Tensor, "batch time"] | None = None,
        h: Float[Tensor, "batch dim {self.state}"] | None = None,
    ) -> SSMOutput:
        if mask is not None:
            x = x.masked_fill(~mask.unsqueeze(-1), 0)
        state = x.new_zeros(x.shape[0], x.shape[2], self.state) if h is None else h
        piece = self.piece or (256 if x.is_cuda else 32)
        if torch.compiler.is_exporting() or 0 < x.shape[1] <= piece:
            return self._states(x, mask, state)
        outs = [x[:, :0]]
        for start in range(0, x.shape[1], piece):
            part = slice(start, start + piece)
            given = x[:, part], None if mask is None else mask[:, part], state
            found = _again(self._states, *given) if torch.is_grad_enabled() else self._states(*given)
            outs.append(found.out)
            state = found.h
        return SSMOutput(torch.cat(outs, 1), state)

    def _states(self, x: Tensor, mask: Tensor | None, h: Tensor) -> SSMOutput:
        parts = F.linear(x, self.project)
        low, write, read = torch.tensor_split(parts, [self.rank, self.rank + self.state], -1)
        step = F.softplus(F.linear(low, self.step_weight, self.step_bias))
        if mask is not None:
            step = step.masked_fill(~mask.unsqueeze(-1), 0)  # a step that takes no time changes nothing
        decay = (step.unsqueeze(-1) * -self.rates.exp().view(-1, self.state)).exp()
        values = (step * x).unsqueeze(-1) * write.unsqueeze(-2)
        states = linear_scan(decay, values.to(decay.dtype), h.to(decay.dtype))
        out = (states * read.unsqueeze(-2)).sum(-1) + self.skip * x
        return SSMOutput(out if mask is None else out.masked_fill(~mask.unsqueeze(-1), 0), states[:, -1])

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        h: Float[Tensor, "batch dim {self.state}"] | None = None,
    ) -> Float[Tensor, "batch dim state"]:
        """The state before the first step."""
        shape = batch, len(self.skip), self.state
        return torch.zeros(shape, device=device, dtype=dtype) if h is None else h

    def step(
        self,
        x: Float[Tensor, "batch time dim"],
        state: Float[Tensor, "batch dim state"],
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[SSMOutput, Float[Tensor, "batch dim state"]]:
        """The next piece of a sequence."""
        found = self(x, mask, state)
        return found, found.h


def _again(states: Callable[..., SSMOutput], *given: Tensor | None) -> SSMOutput:
    """A piece whose inner tensors are not kept for the backward pass but computed again."""
    module: Any = checkpoint
    return module.checkpoint(states, *given, use_reentrant=False)
