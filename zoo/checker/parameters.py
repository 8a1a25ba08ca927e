"""The parameters of a layer: their names and shapes, found by building it without memory for weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeAlias

from zoo.spec import LayerSpec

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]


def parameter_shapes(spec: LayerSpec, settings: Mapping[str, Any]) -> Shapes | None:
    """The shapes of a layer's parameters by name; None for a layer that cannot be built on the meta device.

    Other exceptions of its constructor are raised. The module that needs torch is imported here, by name, so
    that importing the checker is fast and does not need torch; the layer's class has already loaded it.
    """
    build: Callable[[LayerSpec, Mapping[str, Any]], Any] = import_module("zoo.bare").build_bare
    try:
        module = build(spec, settings)
    except RuntimeError:  # it reads values, which do not exist on the meta device
        return None
    return {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
