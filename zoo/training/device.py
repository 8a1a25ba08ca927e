"""The device that a model runs on."""

from __future__ import annotations

from typing import get_args

import torch

from zoo.errors import ArgumentError, ChoiceError, did_you_mean
from zoo.training.options import Device, Precision

DEVICES: tuple[str, ...] = get_args(Device)


def device_for(device: Device, precision: Precision = "32") -> str:
    """The device to use: ``cpu`` or ``cuda``; ``auto`` prefers ``cuda``.

    Raises ArgumentError for an unknown device, ChoiceError for one that this machine does not have or that
    does not support the precision.
    """
    if device not in DEVICES:
        raise ArgumentError(
            f"'device' must be {', '.join(DEVICES[:-1])} or {DEVICES[-1]}, not {device!r}"
            f"{did_you_mean(str(device), DEVICES)}"
        )
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        message = "there is no CUDA device, or this PyTorch is built without CUDA; take --device cpu"
        raise ChoiceError({"device": message})
    if device == "cpu" and precision == "16":
        raise ChoiceError({"precision": "precision 16 needs a GPU; on the CPU take bf16 or 32"})
    return device
