"""One use of a layer or block, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping

from zoo.checker.blocks import use_block
from zoo.checker.layers import Types, use_layer
from zoo.checker.resolution import BlockUse, LayerUse, Setting
from zoo.checker.site import Site
from zoo.checker.targets import BlockTarget, LayerTarget, Target
from zoo.checker.wiring import Wires


def apply(
    site: Site, target: Target, settings: Mapping[str, Setting], wires: Wires, read: frozenset[str]
) -> tuple[LayerUse | BlockUse | None, Types]:
    """Resolve one use; a module that is applied again (``site.twin``) keeps the settings it has."""
    if isinstance(target, LayerTarget):
        if isinstance(site.twin, LayerUse):
            settings = site.twin.code
        return use_layer(site, target, settings, wires, read)
    assert isinstance(target, BlockTarget)
    return use_block(site, target, settings, wires, read)
