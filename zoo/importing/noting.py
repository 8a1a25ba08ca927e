"""Notes on differences: weights that are no longer frozen, and parts that forward does not use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from zoo.graph import Block, Call, Repeat
from zoo.importing.drawing import Drawing
from zoo.importing.naming import quoted


def thawed(drawing: Drawing, body: Block, weights: Mapping[str, Tensor]) -> list[str]:
    """A note on frozen weights in nodes whose other weights are trained."""
    found = [path for path, each in weights.items() if _thaws(drawing, body, path, each)]
    if not found:
        return []
    were = "was" if len(found) == 1 else "were"
    what = f"{quoted(found)} {were} frozen, and can learn here with the rest of the node"
    return [f"{what}: a graph freezes whole nodes"]


def unused(drawing: Drawing) -> list[str]:
    """Notes on the parts and parameters of a module that its run did not use."""
    found: list[str] = []
    parts: list[tuple[str, Any]] = [*drawing.root.named_modules(), *drawing.root.named_parameters()]
    for name, part in parts:
        weights = [part] if isinstance(part, nn.Parameter) else list(part.parameters())
        around = any(name.startswith(f"{each}.") for each in found)
        if name and weights and not around and not drawing.touched & {id(each) for each in weights}:
            found.append(name)
    return [f"'{name}' of the module is not used by forward, and left out" for name in found]


def _thaws(drawing: Drawing, body: Block, path: str, tensor: Tensor) -> bool:
    """Whether a weight was frozen in the module, but not in the graph."""
    if tensor.data_ptr() not in drawing.scope.frozen:
        return False
    name, _, rest = path.partition(".")
    node = body.nodes[name]
    if not isinstance(node, Call | Repeat) or node.freeze:
        return False
    inner = drawing.blocks.found.get(node.use)
    rest = rest.partition(".")[2] if isinstance(node, Repeat) else rest
    return inner is None or _thaws(drawing, inner, rest, tensor)
