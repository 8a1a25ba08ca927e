"""The gated delta rule: a decaying associative memory that replaces the value of a key.

    S_t = α_t (I - β_t k_t k_tᵀ) S_{t-1} + β_t k_t v_tᵀ,   out_t = q_t S_t

The recurrence is computed in chunks. Within a chunk, step t writes u_t = β_t (v_t - α_t k_t S_{t-1}). Each
u_t depends on the earlier ones, which gives a triangular system, and is affine in the matrix before the
chunk. A chunk is therefore an affine map of that matrix, and n chunks are composed in log₂ n rounds.
"""

from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from zoo.recurrence import scan
from zoo_attention.recall import CHUNK, Recalled


def correct(
    query: Float[Tensor, "batch heads time part"],
    key: Float[Tensor, "batch heads time part"],
    value: Float[Tensor, "batch heads time value"],
    log_decay: Float[Tensor, "batch heads time"],
    rate: Float[Tensor, "batch heads time"],
    state: Float[Tensor, "batch heads part value"] | None = None,
) -> Recalled:
    """The output of each query; ``log_decay`` is ln α, ``rate`` is β.

    ``state`` is the matrix before the first step. A step with α = 1 and β = 0 leaves the matrix unchanged.
    """
    batch, heads, time, _ = query.shape
    chunks = max(1, -(-time // CHUNK))
    front = chunks * CHUNK - time  # padding in front, with α = 1 and β = 0
    shape = (batch, heads, chunks, CHUNK)
    q, k, v = (F.pad(x, (0, 0, front, 0)).reshape(*shape, x.shape[-1]) for x in (query, key, value))
    faded, beta = (F.pad(x, (front, 0)).reshape(*shape, 1) for x in (log_decay, rate))
    faded = faded.cumsum(3)
    past = torch.ones(CHUNK, CHUNK, dtype=torch.bool, device=query.device).tril()
    between = (faded - faded.transpose(-2, -1)).masked_fill(~past, -torch.inf).exp()
    system = (beta * between * (k @ k.transpose(-2, -1))).tril(-1).to(q.dtype)
    asked = torch.cat([beta * v, beta * faded.exp() * k], -1)
    linalg: Any = torch.linalg  # torch does not annotate it
    solved: Tensor = linalg.solve_triangular(system, asked, upper=False, unitriangular=True)
    written, lost = solved[..., : v.shape[-1]], solved[..., v.shape[-1] :]  # u = written - lost S

    left = (faded[:, :, :, -1:] - faded).exp() * k
    whole = faded[:, :, :, -1:].exp() * torch.eye(k.shape[-1], dtype=k.dtype, device=k.device)
    slopes, offsets = _compose(whole - left.transpose(-2, -1) @ lost, left.transpose(-2, -1) @ written)
    if state is not None:
        offsets = offsets + slopes @ state.unsqueeze(2)
        first = state.unsqueeze(2)
    else:
        first = torch.zeros_like(offsets[:, :, :1])
    before = torch.cat([first, offsets[:, :, :-1]], 2)
    inner = (q @ k.transpose(-2, -1)) * between
    out = inner @ (written - lost @ before) + (faded.exp() * q) @ before
    return Recalled(out.flatten(2, 3)[:, :, front:], offsets[:, :, -1])


def _compose(slopes: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
    """The prefix compositions of affine maps, doubling the reach in each round."""
    if torch.compiler.is_exporting():  # the number of rounds depends on the length
        return _compose_in_steps(slopes, offsets)
    reach = 1
    same = torch.eye(slopes.shape[-1], dtype=slopes.dtype, device=slopes.device)
    while reach < slopes.shape[2]:
        none = same.expand(*slopes.shape[:2], reach, -1, -1)
        earlier = torch.cat([none, slopes[:, :, :-reach]], 2)
        offsets = offsets + slopes @ F.pad(offsets[:, :, :-reach], (0, 0, 0, 0, reach, 0))
        slopes = slopes @ earlier
        reach *= 2
    return slopes, offsets


def _compose_in_steps(slopes: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
    """The same, sequentially."""

    def step(
        before: tuple[Tensor, Tensor], each: tuple[Tensor, Tensor]
    ) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
        slope, offset = each
        found = slope @ before[0], slope @ before[1] + offset
        return found, found

    same = torch.eye(slopes.shape[-1], dtype=slopes.dtype, device=slopes.device)
    start = same.expand_as(slopes[:, :, 0]), torch.zeros_like(offsets[:, :, 0])
    _, (slopes, offsets) = scan(step, start, (slopes.transpose(1, 2), offsets.transpose(1, 2)), dim=1)
    return slopes.transpose(1, 2), offsets.transpose(1, 2)
