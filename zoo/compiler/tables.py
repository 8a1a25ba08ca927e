"""Tables: non-persistent buffers, which a layer computes when it is built.

In a model built on the meta device, tables have no data, and neither ``to_empty`` nor ``load_state_dict`` can
fill them. So their layers are built once more, beside the model, and the tables are copied.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import torch
from torch import Tensor, nn

from zoo.compiler.placeholders import default_dtype, placeholders, standing_for
from zoo.compiler.seeds import reseeding

_CPU = torch.device("cpu")


def tables(model: nn.Module) -> dict[str, Tensor]:
    """The non-empty buffers that are not in the ``state_dict``, by name."""
    found: dict[str, Tensor] = {}
    for path, module in cast("Iterator[tuple[str, nn.Module]]", model.named_modules()):
        silent: set[str] = getattr(module, "_non_persistent_buffers_set")  # noqa: B009  # torch types it in part
        buffers = {name: module.get_buffer(name) for name in silent}
        found |= {f"{path}.{name}".lstrip("."): each for name, each in buffers.items() if each.numel()}
    return found


def without_contents(model: nn.Module) -> set[str]:
    """The names of the tables that are on the meta device."""
    return {name for name, table in tables(model).items() if table.is_meta}


def compute(model: nn.Module, names: set[str], device: torch.device | None = None) -> None:
    """Recompute tables on their device, or on ``device`` if they have no memory yet."""
    if not names:
        return
    unit: Any = model.__zoo_unit__
    computed: dict[str, Tensor] = {}
    wide = any(model.get_buffer(name).dtype is torch.float64 for name in names)
    with unit.layers_as(standing_for):
        twin: nn.Module = unit.model()
    # Building layers draws weights; the caller's random state is restored.
    with reseeding(0, _CPU), default_dtype(torch.float64 if wide else torch.float32), _CPU:
        for path, _, _, layer in placeholders(twin, ""):
            if any(name.startswith(f"{path}.") for name in names):
                found = tables(layer.cls(**layer.settings))
                computed |= {f"{path}.{name}": table for name, table in found.items()}
    for name in names:
        home, _, last = name.rpartition(".")
        old = model.get_buffer(name)
        new = computed.get(name, torch.zeros(()))  # the compiler's own buffer, a zero
        table = new.to(device=device or old.device, dtype=old.dtype)
        model.get_submodule(home).register_buffer(last, table, persistent=False)


def keep(model: nn.Module) -> None:
    """Register a hook that computes tables once weights are assigned to a model on the meta device."""
    hooked: Any = model  # torch does not say what hooks are
    hooked.register_load_state_dict_post_hook(_loaded)


def _loaded(model: nn.Module, _: Any) -> None:
    homes = {parameter.device for parameter in model.parameters()}
    if len(homes) == 1 and (home := homes.pop()).type != "meta":
        compute(model, without_contents(model), home)
