"""Sizes that a graph does not support, such as a sequence longer than its table of positions.

A layer's own rule for shapes (``zoo.contract``) decides. The checker applies the rule to axes of known size;
this module applies it to sizes that are chosen later, before anything runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zoo.checker.resolution import (
    BlockUse,
    LayerUse,
    RepeatUse,
    Resolution,
    ResolvedNode,
    ReuseUse,
    ScanUse,
    Scope,
    Use,
)
from zoo.errors import SizeError
from zoo.graph import refs
from zoo.sizes import substitute


def refusal(resolution: Resolution, sizes: Mapping[str, int]) -> str:
    """Why the graph does not support these ``sizes``, with the path of the node; empty if it does."""
    return next(_body(resolution.root, sizes, ""), "")


def _body(scope: Scope, sizes: Mapping[str, int], path: str) -> Iterator[str]:
    for name, node in scope.nodes.items():
        yield from _use(node.use, node, scope, sizes, f"{path}{name}")


def _use(
    use: Use | None, node: ResolvedNode, scope: Scope, sizes: Mapping[str, int], path: str
) -> Iterator[str]:
    if isinstance(use, LayerUse):
        yield from _layer(use, node, scope, sizes, path)
    elif isinstance(use, BlockUse | ScanUse):
        yield from _body(use.scope, sizes, f"{path}.")
    elif isinstance(use, RepeatUse):
        for index, each in enumerate(use.each):
            yield from _use(each, node, scope, sizes, f"{path}.{index}")
    elif isinstance(use, ReuseUse):
        yield from _use(use.use, node, scope, sizes, path)


def _layer(
    use: LayerUse, node: ResolvedNode, scope: Scope, sizes: Mapping[str, int], path: str
) -> Iterator[str]:
    if use.spec.rule is None:
        return
    shapes: dict[str, Any] = {}
    for port, wire in node.inputs.items():
        types = [type for ref in refs(wire) if (type := scope.arrival(ref)) is not None]
        each = [tuple(substitute(size, sizes) for size in type.shape) for type in types]
        if use.spec.inputs[port].variadic:
            shapes[port] = each
        elif each:
            shapes[port] = each[0]
    try:
        use.spec.rule(use.settings, shapes)
    except (ValueError, SizeError) as error:
        yield f"{path}: {error}"
