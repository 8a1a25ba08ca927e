"""One trial of a model: inputs that a person gave, a forward and a backward pass, and what they took."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from zoo.bare import DTYPES
from zoo.errors import InputError, ZooError
from zoo.spec import TensorType


@dataclass(frozen=True, slots=True)
class Trial:
    """What one forward and one backward pass gave and took; times in seconds, memory in bytes."""

    outputs: Mapping[str, Tensor]
    forward: float
    backward: float | None
    gradient_norm: float | None
    parameter_memory: int
    peak_memory: int | None


def given_input(text: str, type: TensorType, dtype: torch.dtype, device: torch.device) -> Tensor:
    """An input that a person gave: a JSON list, or the path of a tensor that torch or numpy saved."""
    wanted = dtype if type.dtype == "float" else DTYPES[type.dtype]
    if text.lstrip().startswith("["):
        try:
            value = torch.tensor(json.loads(text))
        except (ValueError, TypeError, RuntimeError) as error:
            raise InputError(f"an input is a list such as [[1, 2]], and this is none: {error}") from None
    else:
        value = _load(Path(text))
    if value.numel() and not torch.can_cast(value.dtype, wanted):
        kind = str(value.dtype).removeprefix("torch.")
        raise InputError(f"an input of type `{type}` must hold {type.dtype}s, not {kind}; convert it first")
    return value.to(device=device, dtype=wanted)


def _load(path: Path) -> Tensor:
    if path.suffix not in {".npy", ".pt", ".pth"}:
        raise InputError(
            f"an input is a JSON list, or a file .npy of numpy or .pt of torch, and '{path}' is neither; "
            "write for example [[1, 2]]"
        )
    try:
        if path.suffix == ".npy":
            import numpy as np

            return torch.as_tensor(np.load(path, allow_pickle=False))
        value = torch.load(path, weights_only=True, map_location="cpu")
    except UnpicklingError:  # torch speaks of its own arguments
        raise InputError(f"{path} is to hold one tensor, and holds something else; save the tensor") from None
    except Exception as error:
        raise InputError(f"{path} is to hold an input, and cannot be read: {error}") from error
    if not isinstance(value, Tensor):
        raise InputError(
            f"{path} is to hold one tensor, and holds {type(value).__name__}; save the tensor itself"
        )
    return value


def attempt(
    model: nn.Module, inputs: Mapping[str, Tensor], names: Sequence[str], *, backward: bool, times: int
) -> Trial:
    """Run a model forward and backward: once to warm up, then ``times`` times, of which the median counts.

    ``names`` are the names of its outputs.
    """
    device = next((tensor.device for tensor in (*model.parameters(), *inputs.values())), torch.device("cpu"))
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    forwards: list[float] = []
    backwards: list[float] = []
    outputs: dict[str, Tensor] = {}
    for _ in range(times + 1):
        model.zero_grad()
        taken, result = _timed(device, model, inputs)
        forwards.append(taken)
        outputs = _named(result, names)
        if backward:
            loss = _loss(outputs)
            backwards.append(_timed(device, torch.autograd.backward, loss)[0])
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    return Trial(
        {name: tensor.detach() for name, tensor in outputs.items()},
        median(forwards[1:]),
        median(backwards[1:]) if backward else None,
        float(torch.nn.utils.get_total_norm(gradients)) if backward else None,
        sum(each.numel() * each.element_size() for each in model.parameters()),
        peak_memory(device),
    )


def _timed(device: torch.device, run: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    result = run(*arguments)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start, result


def _named(result: Any, names: Sequence[str]) -> dict[str, Tensor]:
    return dict(zip(names, (result,) if isinstance(result, Tensor) else result, strict=True))


def _loss(outputs: Mapping[str, Tensor]) -> Tensor:
    """Any number that depends on every output: the mean of their squares."""
    parts = [tensor.float().square().mean() for tensor in outputs.values() if tensor.requires_grad]
    if not parts:
        raise ZooError(
            "no output depends on a parameter that learns, so that there is nothing to go backward; "
            "--forward-only"
        )
    return torch.stack(parts).sum()


def peak_memory(device: torch.device) -> int | None:
    """The most memory in use: on a GPU what tensors took, else what the whole process took."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    try:
        import resource
        import sys
    except ImportError:  # Windows does not say
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
