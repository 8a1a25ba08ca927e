"""Layers without weights: built and called on the ``meta`` device, where tensors have shapes but no data.

Weight initialization is skipped: on this device it would load torch's compiler, which takes a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._device import DeviceContext
from torch.utils.flop_counter import FlopCounterMode

from zoo.errors import ZooError
from zoo.spec import DType, LayerSpec

DTYPES: Mapping[DType, torch.dtype] = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}

REFUSED = (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError, ZooError)
"""What layers may raise for sizes that they do not support, if ``shapes`` has not refused them before."""

_NAMES = (
    *("bernoulli_", "cauchy_", "exponential_", "fill_", "geometric_", "log_normal_", "normal_", "random_"),
    *("uniform_", "zero_"),
)
_DRAWING: frozenset[Any] = frozenset(
    [getattr(Tensor, name) for name in _NAMES]
    + [each for name, each in vars(nn.init).items() if name[-1] == "_" and name[0] != "_"]
)


class Bare(DeviceContext):
    """Context manager: tensors are created on the meta device, and in-place initialisers do nothing.

    The first random draw on that device would take half a second.
    """

    def __init__(self) -> None:
        super().__init__("meta")

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in _DRAWING and (args or "tensor" in kwargs):
            return args[0] if args else kwargs["tensor"]
        within: Any = super()  # torch does not annotate __torch_function__
        return within.__torch_function__(func, types, args, kwargs)


def build_bare(spec: LayerSpec, settings: Mapping[str, Any]) -> nn.Module:
    """Build a layer's module on the meta device; raises what its constructor raises."""
    with Bare():
        module: nn.Module = spec.cls(**settings)
    return module


def call(
    module: nn.Module,
    spec: LayerSpec,
    arrivals: Mapping[str, Sequence[tuple[DType, tuple[int, ...]]]],
    read: Iterable[str] = (),
    *,
    device: str = "meta",
    grad: bool = False,
) -> Any:
    """Call a layer on uninitialised tensors; ``arrivals`` holds the dtypes and shapes for each port.

    ``read`` names the on-demand outputs to compute. With ``grad``, float inputs require gradients.
    """
    positional: list[Tensor] = []
    named: dict[str, Any] = dict.fromkeys(read, True)
    for port, declared in spec.inputs.items():
        for dtype, shape in arrivals.get(port, ()):
            tensor = torch.empty(shape, dtype=DTYPES[dtype], device=device)
            if grad and dtype == "float":
                tensor.requires_grad_()
            if declared.optional:
                named[port] = tensor
            else:
                positional.append(tensor)
    return module(*positional, **named)


def count_flops(
    module: nn.Module,
    spec: LayerSpec,
    arrivals: Mapping[str, Sequence[tuple[DType, tuple[int, ...]]]],
    read: Iterable[str] = (),
) -> int | None:
    """The FLOPs of one call of a bare layer; ``arrivals`` and ``read`` are as in ``call``.

    None if the layer cannot be called this way, because it depends on the values of its inputs or does not
    support their shapes.
    """
    try:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            call(module, spec, arrivals, read)
    except REFUSED:
        return None
    return counter.get_total_flops()
