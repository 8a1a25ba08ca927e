"""Tied weights in a model: one ``Parameter`` in two modules, which stays shared.

Both modules have it under their own name, as PyTorch's tools expect, and an iteration over the parameters
meets it once. Hooks do the rest: a ``state_dict`` has it once, under its owner's name (as safetensors
require); loading takes it from there; and where tensors are replaced (``to_empty``, ``assign=True``), they
are tied again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from zoo.compiler.placeholders import Part, Placeholder

TIES = "_zoo_ties"
"""The attribute of a model that lists its tied parameters: pairs of names, the tied one and its owner."""


def tie(model: nn.Module, built: Mapping[Placeholder, tuple[str, nn.Module]]) -> None:
    """Tie the parameters that placeholders were told to share, and register the hooks."""
    wanted: dict[str, str | nn.Parameter] = {}
    for layer, (path, _) in built.items():
        for name, value in layer.shares:
            owner = value
            if isinstance(value, Part):
                owner = ".".join((built[value.layer][0], *value.names))
                if (
                    owner == f"{path}.{name}"
                ):  # the layer that owns a parameter shared by all layers of a repeat
                    continue
            wanted[f"{path}.{name}"] = owner
    if not wanted:
        return
    names: dict[nn.Parameter, str] = {}
    if any(isinstance(owner, nn.Parameter) for owner in wanted.values()):
        names = {parameter: name for name, parameter in model.named_parameters()}
    pairs: list[tuple[str, str]] = []
    for name, wish in wanted.items():
        owner, way = wish, [name]
        while isinstance(owner, str) and owner in wanted:  # an owner may be tied to another parameter
            assert owner not in way, way  # the checker refuses cycles
            way.append(owner)
            owner = wanted[owner]
        pairs.append((name, owner if isinstance(owner, str) else names[owner]))
    setattr(model, TIES, tuple(pairs))
    share(model)
    hooked: Any = model  # torch does not say what hooks are
    hooked.register_state_dict_post_hook(_saved)
    hooked.register_load_state_dict_pre_hook(_loading)
    hooked.register_load_state_dict_post_hook(_loaded)


def share(model: nn.Module) -> None:
    """Replace each tied parameter by its owner's."""
    for name, owner in getattr(model, TIES, ()):
        path, _, last = name.rpartition(".")
        setattr(model.get_submodule(path), last, model.get_parameter(owner))


def _saved(model: nn.Module, state: dict[str, Any], prefix: str, metadata: Any) -> None:
    del metadata
    for name, _ in getattr(model, TIES, ()):
        state.pop(prefix + name, None)


def _loading(model: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
    for pair in getattr(model, TIES, ()):
        name, owner = (prefix + each for each in pair)
        if owner in state:
            state[name] = state[owner]
        elif name in state:
            state[owner] = state[name]


def _loaded(model: nn.Module, keys: Any) -> None:
    share(model)
    missing: list[str] = keys.missing_keys
    for name, owner in getattr(model, TIES, ()):
        for key in [key for key in missing if key.endswith(name)]:
            if key.removesuffix(name) + owner in missing:
                missing.remove(key)  # the owner is reported instead
