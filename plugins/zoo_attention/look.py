"""Looking at values, where that is cheap, to leave out work that would change nothing."""

from collections.abc import Callable

import torch
from torch import Tensor


def seen(x: Tensor, fact: Callable[[Tensor], bool]) -> bool:
    """Whether a look at ``x`` shows the fact. False where one cannot look; then take the general way.

    Only plain tensors on the CPU are looked at. On another device a look would wait for all the work
    queued there; while code is traced there is nothing to see.
    """
    if torch.compiler.is_compiling() or type(x) is not Tensor or not x.is_cpu:
        return False
    try:
        return fact(x.detach() if x.requires_grad else x)
    except RuntimeError:  # under vmap no number can be had from a tensor
        return False
