"""mLSTM over whole sequences, all steps of a piece at once."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive
from zoo.recurrence import exported
from zoo_recurrent.heads import heads_divide
from zoo_recurrent.mlstm import MLSTMCell, largest


class MLSTMOutput(NamedTuple):
    """``out`` at every step; memory ``c``, normaliser ``n`` and scale ``m`` behind the last real one."""

    out: Float[Tensor, "batch time {self.hidden}"]
    c: Float[Tensor, "batch {self.heads} {self.hidden}//{self.heads} {self.hidden}//{self.heads}"]
    n: Float[Tensor, "batch {self.heads} {self.hidden}//{self.heads}"]
    m: Float[Tensor, "batch {self.heads}"]


class MLSTMPast(NamedTuple):
    """The memory before the next piece, and what scales it."""

    c: Float[Tensor, "batch heads part part"]
    n: Float[Tensor, "batch heads part"]
    m: Float[Tensor, "batch heads"]


@layer("recurrent/mlstm")
class MLSTM(nn.Module):
    """The matrix LSTM of xLSTM over a sequence: ``recurrent/mlstm_cell`` has the formula and the weights.

    Nothing in the cell reads its own output, so a piece of the sequence is computed as attention is, with
    weights that decay with distance:

        F_t = Σ_(s ≤ t) log f_s
        D_ts = exp(F_t - F_s + ĩ_s) for s ≤ t
        out_t = o_t ⊙ Σ_s D_ts (q_tᵀ k_s) v_s / max(|Σ_s D_ts q_tᵀ k_s|, 1)

    and what came before the piece is read from the memory that it left. Pieces of 64 steps make the cost
    linear in time. All exponents are taken relative to the largest of their row, as the cell does.

    ``x``: batch × time × input; ``out``: batch × time × hidden. ``mask`` is true at real steps; the others
    write nothing, forget nothing, and are zero in ``out``. ``c``, ``n`` and ``m`` are the cell's states
    before the first step, zeros where they are not wired; the outputs of these names are those after the
    last. ``cell`` is a ``recurrent/mlstm_cell``, with its weights. It streams; it is exported step by step,
    for any length.

    Beck et al., "xLSTM: extended long short-term memory", 2024.
    """

    piece = 64

    def __init__(
        self,
        input: Positive,
        hidden: Annotated[Positive, Field(description="The width of the result.")],
        heads: Annotated[Positive, Field(description="Memories side by side.")] = 1,
        forget_bias: Annotated[
            float, Field(description="Start of the forget gates' bias; larger keeps longer.")
        ] = 3.0,
    ) -> None:
        super().__init__()
        self.hidden, self.heads = hidden, heads
        self.cell = MLSTMCell(input, hidden, heads, forget_bias)

    shapes = staticmethod(heads_divide)

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        mask: Bool[Tensor, "batch time"] | None = None,
        c: Float[Tensor, "batch {self.heads} {self.hidden}//{self.heads} {self.hidden}//{self.heads}"]
        | None = None,
        n: Float[Tensor, "batch {self.heads} {self.hidden}//{self.heads}"] | None = None,
        m: Float[Tensor, "batch {self.heads}"] | None = None,
    ) -> MLSTMOutput:
        return self.step(x, self.initial_state(x.shape[0], x.device, x.dtype, c, n, m), mask)[0]

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        c: Float[Tensor, "batch {self.heads} {self.hidden}//{self.heads} {self.hidden}//{self.heads}"]
        | None = None,
        n: Float[Tensor, "batch {self.heads} {self.hidden}//{self.heads}"] | None = None,
        m: Float[Tensor, "batch {self.heads}"] | None = None,
    ) -> MLSTMPast:
        """The memory before the first step, empty where it is not given."""
        part = self.hidden // self.heads
        empty = torch.zeros(batch, self.heads, part, part, device=device, dtype=dtype)
        return MLSTMPast(
            empty if c is None else c,
            empty[..., 0] if n is None else n,
            empty[..., 0, 0] if m is None else m,
        )

    def step(
        self,
        x: Float[Tensor, "batch time input"],
        state: MLSTMPast,
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[MLSTMOutput, MLSTMPast]:
        """The next piece of a sequence."""
        out, state = self._walk(x, state, mask)
        return MLSTMOutput(out, *state), state

    def _walk(self, x: Tensor, state: MLSTMPast, mask: Tensor | None) -> tuple[Tensor, MLSTMPast]:
        if mask is not None:
            x = x.masked_fill(~mask.unsqueeze(-1), 0)
        if torch.compiler.is_exporting():
            return self._exported(x, state, mask)
        outs: list[Tensor] = []
        for start in range(0, x.shape[1], self.piece):
            part = slice(start, start + self.piece)
            out, state = self._piece(x[:, part], state, None if mask is None else mask[:, part])
            outs.append(out)
        if not outs:
            return x.new_zeros(*x.shape[:2], self.hidden), state
        return torch.cat(outs, 1), state

    def _piece(self, x: Tensor, state: MLSTMPast, mask: Tensor | None) -> tuple[Tensor, MLSTMPast]:
        parts = self.cell.parts(x)
        query, key, value = (each.transpose(1, 2) for each in parts[:3])  # batch heads time part
        write, keep = parts.write.mT, parts.keep.mT
        if mask is not None:
            write = write.masked_fill(~mask.unsqueeze(1), -torch.inf)
            keep = keep.masked_fill(~mask.unsqueeze(1), 0)
        sums = keep.cumsum(-1)
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)
        exponents = (sums.unsqueeze(-1) - sums.unsqueeze(-2) + write.unsqueeze(-2)).masked_fill(
            later, -torch.inf
        )
        before = sums + state.m.unsqueeze(-1)
        m = torch.maximum(before, exponents.amax(-1))
        kept = (before - m).exp().unsqueeze(-1)
        weights = (exponents - m.unsqueeze(-1)).exp()

        fits = (query @ key.mT) * weights
        found = fits @ value + kept * (query @ state.c.mT)
        fit = fits.sum(-1, keepdim=True) + kept * (query @ state.n.unsqueeze(-1))
        h = found / largest(fit, m.unsqueeze(-1))
        out = parts.show * h.transpose(1, 2).flatten(2)

        written = weights[..., -1, :].unsqueeze(-1) * key  # by the piece's end
        c = kept[..., -1:, :] * state.c + value.mT @ written
        n = kept[..., -1, :] * state.n + written.sum(-2)
        return out if mask is None else out.masked_fill(~mask.unsqueeze(-1), 0), MLSTMPast(c, n, m[..., -1])

    def _exported(self, x: Tensor, state: MLSTMPast, mask: Tensor | None) -> tuple[Tensor, MLSTMPast]:
        def body(old: Sequence[Tensor], step: Sequence[Tensor]) -> Sequence[Tensor]:
            new = self.cell(step[0], *old[1:])
            if mask is None:
                return new
            pairs = zip(new, old, strict=True)
            return [torch.where(step[1].view(-1, *(1,) * (n.dim() - 1)), n, o) for n, o in pairs]

        first = x.new_zeros(x.shape[0], self.hidden)
        out, (_, *last) = exported(body, [first, *state], [x] if mask is None else [x, mask])
        return out if mask is None else out.masked_fill(~mask.unsqueeze(-1), 0), MLSTMPast(*last)
