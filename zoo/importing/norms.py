"""Rules for normalisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from zoo.importing.at import At, weight
from zoo.importing.seen import Seen, Unknown


def layer_norm(
    at: At,
    input: Tensor,
    normalized_shape: Sequence[int],
    weight_: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    *_: Any,
) -> Seen:
    """Mean 0 and variance 1 over the last axis."""
    if len(normalized_shape) != 1 or weight_ is None:
        raise Unknown("a norm over several axes, or without a weight, has no twin")
    settings = ({} if eps == 1e-5 else {"eps": eps}) | ({} if bias is not None else {"bias": False})
    weights = {"weight": weight(weight_)} | ({} if bias is None else {"bias": weight(bias)})
    return at.along("norm/layer_norm", input, settings, weights)


def rms_norm(
    at: At,
    input: Tensor,
    normalized_shape: Sequence[int],
    weight_: Tensor | None = None,
    eps: float | None = None,
) -> Seen:
    """Mean square 1 over the last axis; the default ``eps`` is that of the dtype."""
    if len(normalized_shape) != 1 or weight_ is None:
        raise Unknown("a norm over several axes, or without a weight, has no twin")
    eps = torch.finfo(input.dtype).eps if eps is None else eps
    return at.along("norm/rms_norm", input, {} if eps == 1e-6 else {"eps": eps}, {"weight": weight(weight_)})


def batch_norm(
    at: At,
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight_: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,  # noqa: ARG001  # the layer knows by itself
    momentum: float = 0.1,
    eps: float = 1e-5,
    *_: Any,
) -> Seen:
    """Mean 0 and variance 1 over the batch, for PyTorch's layout batch × features × time."""
    if running_mean is None or running_var is None or weight_ is None or bias is None:
        raise Unknown("a batch norm without running averages, or without weight and bias, has no twin")
    seen = at.seen(input)
    if seen.axes != (0, 2, 1) or seen.folds:
        raise Unknown("a batch norm is known over sequences, batch × features × time")
    settings = ({} if eps == 1e-5 else {"eps": eps}) | ({} if momentum == 0.1 else {"momentum": momentum})
    weights = {"weight": weight(weight_), "bias": weight(bias)}
    weights |= {"mean": running_mean, "variance": running_var}
    return seen.of(at.place("norm/batch_norm", {"": seen.ref}, settings, weights), at.result)


RULES: Mapping[str, Any] = {"layer_norm": layer_norm, "rms_norm": rms_norm, "batch_norm": batch_norm}
