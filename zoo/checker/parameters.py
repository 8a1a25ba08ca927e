"""The parameters of a layer: their names and shapes, learned by building it without memory for its weights."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, TypeAlias

from zoo.spec import LayerSpec

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]

# Drawing weights on the meta device does nothing, and its first use costs most of a second of imports.
_DRAWING = frozenset(
    {"normal_", "uniform_", "bernoulli_", "exponential_", "random_", "log_normal_", "cauchy_"}
)


def parameter_shapes(spec: LayerSpec, settings: Mapping[str, Any]) -> Shapes | None:
    """The shapes of a layer's parameters by name; None for a layer that cannot be built without real memory.

    Raises what else its constructor raises. The layer's class has brought torch along; naming torch only here
    keeps the checker importable, and quick, without it.
    """
    torch: Any = import_module("torch")
    overrides: Any = import_module("torch.overrides")

    class Undrawn(overrides.TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            if getattr(func, "__name__", "") in _DRAWING:  # a tensor's method, or a function of torch.nn.init
                return args[0] if args else kwargs["tensor"]
            return func(*args, **kwargs)

    try:
        with torch.device("meta"), Undrawn():
            module = spec.cls(**settings)
    except RuntimeError:  # it looks at values, which the meta device does not have
        return None
    return {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
