"""Where runs take place on this machine, in words."""

from __future__ import annotations


def device_name() -> str:
    """The GPU by its name, else the processor. Loads torch, so it is asked in a thread."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
