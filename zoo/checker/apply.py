"""Resolving one use of a layer or block."""

from __future__ import annotations

from collections.abc import Mapping

from zoo.checker.blocks import use_block
from zoo.checker.layers import Types, use_layer
from zoo.checker.resolution import BlockUse, LayerUse, Setting
from zoo.checker.site import Site
from zoo.checker.targets import BlockTarget, LayerTarget, Target
from zoo.checker.wiring import Wires
from zoo.spec import Migration


def apply(
    site: Site, target: Target, settings: Mapping[str, Setting], wires: Wires, read: frozenset[str]
) -> tuple[LayerUse | BlockUse | None, Types]:
    """Resolve one use; a module that is applied again (``site.twin``) keeps its settings."""
    if isinstance(target, LayerTarget):
        if isinstance(site.twin, LayerUse):
            settings = site.twin.code
        elif target.migrate is not None:
            migrated = _migrated(site, target.title, target.migrate, settings)
            if migrated is None:
                return None, dict.fromkeys(target.spec.outputs)
            settings = migrated
        return use_layer(site, target, settings, wires, read)
    assert isinstance(target, BlockTarget)
    return use_block(site, target, settings, wires, read)


def _migrated(
    site: Site, title: str, migrate: Migration, settings: Mapping[str, Setting]
) -> Mapping[str, Setting] | None:
    """Migrate settings to the current version by third-party code; None after reporting its failure."""
    try:
        return migrate(settings)
    except ValueError as error:
        site.report("layer-refuses", f"{title}: {error}", at=("with",), key=True)
    except Exception as error:  # noqa: BLE001  # as above
        site.report("layer-refuses", f"{title}: its migrate failed: {type(error).__name__}: {error}")
    return None
