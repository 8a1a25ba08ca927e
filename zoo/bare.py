"""Layers without weights: built on the ``meta`` device for their shapes alone.

The initial weights are not even drawn, which on this device would load torch's compiler, a second's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from zoo.spec import LayerSpec

_DRAWN = {
    "normal_",
    "uniform_",
    "bernoulli_",
    "exponential_",
    "geometric_",
    "log_normal_",
    "cauchy_",
    "random_",
}


def build_bare(spec: LayerSpec, settings: Mapping[str, Any]) -> nn.Module:
    """The module of a layer, without contents; raises what its constructor raises."""
    with torch.device("meta"), _WithoutDrawing():
        module: nn.Module = spec.cls(**settings)
    return module


class _WithoutDrawing(TorchFunctionMode):
    """While it is on, what fills a tensor with initial values leaves the tensor as it is."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name, module = getattr(func, "__name__", ""), getattr(func, "__module__", "")
        if (name in _DRAWN or module == "torch.nn.init") and (args or "tensor" in kwargs):
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)
