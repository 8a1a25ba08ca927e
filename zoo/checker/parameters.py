"""The parameters of a layer: names and shapes, learned by building it without memory for weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeAlias

from zoo.spec import LayerSpec

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]


def parameter_shapes(spec: LayerSpec, settings: Mapping[str, Any]) -> Shapes | None:
    """The shapes of a layer's parameters by name; None for a layer that cannot be built without real memory.

    Raises what else its constructor raises. The layer's class has brought torch along; loading what needs
    torch only here, and by name, keeps the checker importable, and quick, without it.
    """
    build: Callable[[LayerSpec, Mapping[str, Any]], Any] = import_module("zoo.bare").build_bare
    try:
        module = build(spec, settings)
    except RuntimeError:  # it looks at values, which the meta device does not have
        return None
    return {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
