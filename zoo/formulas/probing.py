"""How far a layer sees along an axis, measured by the gradients of a small call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from zoo.bare import REFUSED
from zoo.checker.resolution import LayerUse
from zoo.spec import DType
from zoo.testing.cases import named, seeded
from zoo.testing.inputs import draw, small

_LENGTH, _OTHER = 64, 3

Numbers = Mapping[str, Sequence[tuple[DType, tuple[int, ...]]]]
At = Callable[[Mapping[str, int]], tuple[dict[str, Any], Numbers]]


def reach_along(axis: str, use: LayerUse, at: At, start: Callable[[int], dict[str, int]]) -> int | None:
    """The extent, along ``axis``, of the positions that one output depends on; None means all of them.

    It is 0 for a layer whose outputs depend on one position each, even if it permutes positions. If the layer
    declares a ``receptive_field``, that is used; otherwise it is called with ``axis`` of length 64 or a
    little more, and an output that sees half of it is taken to see all. ``at`` gives settings and shapes at a
    point, ``start`` a point for a length.
    """
    if use.spec.pointwise:
        return 0
    promised: Any = getattr(use.spec.cls, "receptive_field", None)
    field: Any = promised(use.settings) if callable(promised) else promised
    if field is not None:
        return field - 1
    point = {name: size if name.startswith("$") else _OTHER for name, size in start(_OTHER).items()}
    # The axis is recognised in a tensor by its length, which no other axis has.
    length = next(size for size in range(_LENGTH, 2 * _LENGTH) if size not in point.values())
    settings, arriving = at({**point, axis: length})
    try:
        return max(_seen(use, settings, arriving, length), default=0)
    except (*REFUSED, _All):
        return None


class _All(Exception):
    """An output depends on positions that are far apart."""


def _seen(use: LayerUse, settings: Mapping[str, Any], arriving: Numbers, length: int) -> Iterator[int]:
    """The extents of the positions that some outputs depend on; raises _All if one is large."""
    sources, outputs = _called(use, settings, arriving)
    sources = [x for x in sources if x.requires_grad and length in x.shape]
    for out in outputs:
        places = [out.flatten(1)[:, 0] if out.dim() > 1 else out]
        if length in out.shape:
            along = out.shape.index(length)
            places = [out.select(along, place) for place in (length - 1, 0, length // 2)]
        for place in places if sources and out.requires_grad else ():
            total = (place * torch.randn_like(place)).sum()
            grads = torch.autograd.grad(total, sources, retain_graph=True, materialize_grads=True)
            for x, grad in zip(sources, grads, strict=True):
                seen = grad.movedim(x.shape.index(length), 0).flatten(1).any(1).nonzero()
                if len(seen):
                    apart = int(seen.max() - seen.min())
                    if apart >= length // 2:
                        raise _All
                    yield apart


def _called(
    use: LayerUse, settings: Mapping[str, Any], arriving: Numbers
) -> tuple[list[Tensor], list[Tensor]]:
    """Random inputs without padding, and the outputs of the layer."""
    positional: list[Tensor] = []
    wired: dict[str, Tensor] = {}
    with seeded(0):
        layer = use.spec.cls(**settings).double().eval()
        for name, port in use.spec.inputs.items():
            for dtype, shape in arriving.get(name, ()):
                drawn = draw(name, port, shape, settings, small)
                x = torch.ones_like(drawn) if dtype == "bool" else drawn.requires_grad_(dtype == "float")
                if port.optional:
                    wired[name] = x
                else:
                    positional.append(x)
        return [*positional, *wired.values()], [*named(layer(*positional, **wired)).values()]
