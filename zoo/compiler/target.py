"""The device and dtype of a model, validated before anything is built."""

from __future__ import annotations

from typing import Any, cast

import torch

from zoo.arguments import refused
from zoo.errors import ArgumentError

_SAFE = frozenset({"cpu", "meta"})


def device_of(device: str | torch.device | int | None) -> torch.device:
    """The device of this name, torch's default for None; ArgumentError for an unknown or missing device."""
    if device is None:
        return torch.get_default_device()
    try:
        found = torch.device(device)
    except (RuntimeError, TypeError):  # whose message lists every device type of any build
        what = f"'{device}'" if isinstance(device, str | int) else f"{device!r}"
        raise ArgumentError(
            f"a device is cpu, cuda, or cuda:1 for the second GPU, and {what} is none here; take cpu"
        ) from None
    if found.type == "cuda" and (found.index or 0) >= (count := torch.cuda.device_count()):
        gpus = "no GPU" if count == 0 else "1 GPU" if count == 1 else f"{count} GPUs"
        raise ArgumentError(f"there is no device '{found}' here: torch sees {gpus}; take cpu")
    if found.type not in _SAFE:
        _touch(found)
    return found


def _touch(device: torch.device) -> None:
    try:
        torch.empty(1, device=device)
    except (
        RuntimeError,
        AssertionError,
        NotImplementedError,
    ) as error:  # each kind has its own way to refuse
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ArgumentError(f"nothing can be computed on the device '{device}': {reason}; take cpu") from None


def dtype_of(dtype: torch.dtype | None) -> torch.dtype:
    """The dtype of parameters, torch's default for None; ArgumentError for one that is not floating point."""
    if dtype is None:
        return torch.get_default_dtype()
    given = cast(Any, dtype)
    if isinstance(given, torch.dtype) and given.is_floating_point:
        return given
    named = getattr(torch, given, None) if isinstance(given, str) else None
    remedy = f"write torch.{given}" if isinstance(named, torch.dtype) else "write for example torch.float32"
    what = "a dtype of floats"
    if isinstance(given, torch.dtype):
        raise ArgumentError(f"'dtype' must be {what}, not {given}; {remedy}")
    raise refused("dtype", what, given, remedy)
