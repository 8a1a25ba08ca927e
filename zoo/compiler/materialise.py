"""Building a model: every layer on its device, in its dtype, initialised from a seed of its own.

The initial weights of a node are drawn from generators that are seeded with a hash of the model's seed and
the node's path. So changing one node leaves the initial weights of all others unchanged. The caller's random
state is restored.
"""

from __future__ import annotations

from contextlib import ExitStack

import torch
from torch import nn

from zoo.bare import Bare
from zoo.collecting import paused
from zoo.compiler.exhausted import lacks_memory
from zoo.compiler.meta_copies import can_be_copied, meta_copy
from zoo.compiler.placeholders import Placeholder, default_dtype, is_frozen, placeholders, standing_for
from zoo.compiler.seeds import reseeding
from zoo.compiler.tables import keep
from zoo.compiler.tied_weights import tie
from zoo.compiler.unit import Unit
from zoo.contract.showing import KEPT
from zoo.errors import GraphError
from zoo.problems import Problem

_BUILT_ON = frozenset({"cpu", "cuda", "meta"})
_WIDE = frozenset({torch.float32, torch.float64})


@paused()
def materialise(unit: Unit, device: torch.device, dtype: torch.dtype, seed: int) -> nn.Module:
    """Build a model of a unit. Raises GraphError with the reasons of all layers that cannot be built."""
    # Random numbers differ between devices anyway; for unknown devices they are drawn on the CPU.
    built_on = device if device.type in _BUILT_ON else torch.device("cpu")
    # Some initialisers do not exist in 16 bits; mixed precision starts from weights rounded from 32 bits.
    built_as = dtype if dtype in _WIDE else torch.float32
    with ExitStack() as stack:
        reseed = stack.enter_context(reseeding(seed, built_on))
        stack.enter_context(default_dtype(built_as))
        stack.enter_context(Bare() if built_on.type == "meta" else built_on)
        with unit.layers_as(standing_for):
            model: nn.Module = unit.model()
        built: dict[Placeholder, tuple[str, nn.Module]] = {}
        problems: list[Problem] = []
        firsts: dict[str, nn.Module | None] = {}
        for path, parent, name, layer in list(placeholders(model, "")):
            reseed(path)
            try:
                module = _build(layer, built_on, firsts)
            except Exception as error:  # noqa: BLE001  # a stranger's constructor: what it refuses is the graph's problem
                problems.append(_refused(unit, path, error))
                continue
            parent._modules[name] = module  # pyright: ignore[reportPrivateUsage] - a ModuleList has no attributes to set
            module.__dict__[KEPT] = layer.settings
            built[layer] = path, module
        if problems:
            raise GraphError(problems)
        for layer, (_, module) in built.items():
            if is_frozen(layer):
                module.requires_grad_(False)
        tie(model, built)
        keep(model)
    if built_on != device or built_as != dtype:
        model.to(device=device, dtype=dtype)
    return model


def _build(layer: Placeholder, device: torch.device, firsts: dict[str, nn.Module | None]) -> nn.Module:
    if device.type != "meta":
        return layer.cls(**layer.settings)
    key = f"{id(layer.cls)} {layer.settings}"
    if (first := firsts.get(key)) is not None:
        return meta_copy(first)
    try:
        module = layer.cls(**layer.settings)
    except (NotImplementedError, RuntimeError):
        # The constructor depends on values, which do not exist on the meta device.
        with reseeding(0, torch.device("cpu")), torch.device("cpu"):
            module = layer.cls(**layer.settings).to(device)
    if key not in firsts:
        firsts[key] = module if can_be_copied(module) else None
    return module


def _refused(unit: Unit, path: str, error: Exception) -> Problem:
    nodes = unit.nodes_of(path)
    return Problem(
        "error",
        "layer-refuses",
        "there is not memory enough for the layer"
        if lacks_memory(error)
        else f"the layer cannot be built: {error or type(error).__name__}",
        "change its settings",
        ".".join(nodes),
        unit.place(nodes),
    )
