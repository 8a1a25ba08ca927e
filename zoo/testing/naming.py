"""Resolving ``PACK|LAYER`` to layers."""

from __future__ import annotations

from zoo.errors import ZooError
from zoo.packs import registry
from zoo.spec import LayerSpec


def layers_of(name: str) -> list[LayerSpec]:
    """The layers with a name, which is a layer's id, the first part of ids, or the name of a pack.

    Raises ZooError if there is none.
    """
    known = registry()
    if (spec := known.find(name)) is not None:
        return [spec]
    for pack in known.broken.values():
        if name in (pack.name, pack.distribution):
            raise ZooError(f"the pack '{name}' is broken, and so offers no layer to examine: {pack.problem}")
    packs = {pack.name for pack in known.packs if name in (pack.name, pack.distribution, pack.module)}
    found = [
        spec
        for spec in known.layers.values()
        if spec.id.startswith(f"{name.rstrip('/')}/") or spec.pack in packs
    ]
    if not found:
        message, remedy = (
            known.missing(name)
            if "/" in name
            else (
                f"there is no pack '{name}' with layers",
                "zoo packs lists them; a folder of your own comes first: zoo --plugins DIR exam NAME",
            )
        )
        raise ZooError(f"{message}; {remedy}")
    return found
