"""Inspecting values, where that is cheap, to skip work that would have no effect."""

from collections.abc import Callable

import torch
from torch import Tensor


def seen(x: Tensor, fact: Callable[[Tensor], bool]) -> bool:
    """Whether ``fact`` holds for the values of ``x``; false if they cannot be inspected cheaply.

    Only plain tensors on the CPU are inspected. On another device this would wait for all work queued there;
    under tracing there are no values.
    """
    if torch.compiler.is_compiling() or type(x) is not Tensor or not x.is_cpu:
        return False
    try:
        return fact(x.detach() if x.requires_grad else x)
    except RuntimeError:  # under vmap, .item() is not allowed
        return False
