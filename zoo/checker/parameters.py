"""The parameters of a layer: their names and shapes, learned by building it without memory for its weights."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from zoo.spec import LayerSpec

Shapes = Mapping[str, tuple[int, ...]]


def parameter_shapes(spec: LayerSpec, settings: Mapping[str, Any]) -> Shapes:
    """The shapes of a layer's parameters by name; raises whatever its constructor raises.

    The layer is built on torch's meta device, and no random number is drawn. A layer's class brings torch along;
    naming torch only here keeps the checker importable, and quick, without it.
    """
    torch: Any = import_module("torch")
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        module = spec.cls(**settings)
    return {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
