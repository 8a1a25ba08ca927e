"""Causal attention without softmax: a decaying sum over the past, held in one matrix per head.

    out_i = q_i S_i,   S_i = γ S_{i-1} + k_i v_iᵀ      so   out_i = Σ_{j ≤ i} γ^(i-j) (q_i·k_j) v_j

The sum is computed in chunks: within a chunk pair by pair, as in attention; between chunks by their matrices,
whose prefix sums take log₂ n rounds for n chunks. Time and memory are linear in the length, apart from the
cheap rounds; there is no loop over steps, and a stream only keeps the matrix.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from zoo.recurrence import exported

CHUNK = 64


class Recalled(NamedTuple):
    """The output of each query, and the matrix after the last step."""

    out: Float[Tensor, "batch heads time value"]
    state: Float[Tensor, "batch heads part value"]


def recall(
    query: Float[Tensor, "batch heads time part"],
    key: Float[Tensor, "batch heads time part"],
    value: Float[Tensor, "batch heads time value"],
    decay: Float[Tensor, " heads"],
    state: Float[Tensor, "batch heads part value"] | None = None,
) -> Recalled:
    """The decaying sum of values for each query; ``state`` is the matrix before the first step."""
    batch, heads, time, _ = query.shape
    chunks = max(1, -(-time // CHUNK))
    front = chunks * CHUNK - time  # padding in front, so that the last matrix is that of the last step
    shape = (batch, heads, chunks, CHUNK)
    q, k, v = (F.pad(x, (0, 0, front, 0)).reshape(*shape, x.shape[-1]) for x in (query, key, value))
    step = torch.arange(CHUNK, device=query.device)
    age = step.unsqueeze(1) - step
    faded = _powers(decay, age.clamp(min=0)).tril()
    inner = (q @ k.transpose(-2, -1) * faded.unsqueeze(1)) @ v
    kept = k * _powers(decay, CHUNK - 1 - step)[:, None, :, None]
    matrices = _add_up(kept.transpose(-2, -1) @ v, decay**CHUNK)
    before = F.pad(matrices[:, :, :-1], (0, 0, 0, 0, 1, 0))
    out = inner + (q * _powers(decay, step + 1)[:, None, :, None]) @ before
    out, last = out.flatten(2, 3)[:, :, front:], matrices[:, :, -1]
    if state is not None:
        since = torch.arange(1, time + 1, device=query.device)
        out = out + (query * _powers(decay, since).unsqueeze(-1)) @ state
        last = last + (decay**time)[:, None, None] * state
    return Recalled(out, last)


def _powers(decay: Float[Tensor, " heads"], exponents: Tensor) -> Tensor:
    """Each head's decay raised to all exponents: heads × the shape of ``exponents``."""
    return decay.view(-1, *[1] * exponents.dim()) ** exponents


def _add_up(
    x: Float[Tensor, "batch heads chunks part value"], decay: Float[Tensor, " heads"]
) -> Float[Tensor, "batch heads chunks part value"]:
    """Prefix sums over chunks, with one ``decay`` per chunk, doubling the reach in each round."""
    if torch.compiler.is_exporting():  # the number of rounds depends on the length
        every = decay[:, None, None]
        chunks = x.transpose(1, 2)
        start = torch.zeros_like(chunks[:, 0])
        return exported(lambda sums, step: (every * sums[0] + step[0],), [start], [chunks])[0].transpose(1, 2)
    reach = 1
    while reach < x.shape[2]:
        earlier = F.pad(x[:, :, :-reach], (0, 0, 0, 0, reach, 0))
        x = x + (decay**reach)[:, None, None, None] * earlier
        reach *= 2
    return x
