"""Layers without weights: built and called on the ``meta`` device, where tensors have shapes but no contents.

The initial weights are not even drawn, which on this device would load torch's compiler, a second's work.
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
"""What layers raise at sizes that they do not take, when ``shapes`` was not asked before."""

_NAMES = (
    *("bernoulli_", "cauchy_", "exponential_", "fill_", "geometric_", "log_normal_", "normal_", "random_"),
    *("uniform_", "zero_"),
)
_DRAWING: frozenset[Any] = frozenset(
    [getattr(Tensor, name) for name in _NAMES]
    + [each for name, each in vars(nn.init).items() if name[-1] == "_" and name[0] != "_"]
)


class Bare(DeviceContext):
    """In this block, tensors are made on the meta device, and nothing fills them with values.

    The first draw on that device takes half a second.
    """

    def __init__(self) -> None:
        super().__init__("meta")

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in _DRAWING and (args or "tensor" in kwargs):
            return args[0] if args else kwargs["tensor"]
        within: Any = super()  # torch does not type it
        return within.__torch_function__(func, types, args, kwargs)


def build_bare(spec: LayerSpec, settings: Mapping[str, Any]) -> nn.Module:
    """The module of a layer, without contents; raises what its constructor raises."""
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
    """Call a layer on tensors that nobody filled; ``arrivals`` are dtype and shape of what comes to a port.

    ``read`` are the outputs on demand that it computes. With ``grad``, floats that come in have gradients.
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
    """The FLOPs of one call of a bare layer, ``arrivals`` and ``read`` as in ``call``.

    None for a layer that cannot be called so: it looks at the contents of its inputs, or refuses their
    shapes.
    """
    try:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            call(module, spec, arrivals, read)
    except REFUSED:
        return None
    return counter.get_total_flops()
