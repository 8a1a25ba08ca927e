"""One layer in its place in a graph: its counts as formulas, its longest chain, how far it sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.autograd.graph import saved_tensors_hooks

from zoo.bare import REFUSED, build_bare, call, count_flops
from zoo.checker.resolution import LayerUse
from zoo.formulas.depth import Depth, order_along, storage_key
from zoo.formulas.fitting import Point, fit
from zoo.formulas.orders import Order
from zoo.formulas.probing import reach_along
from zoo.sizes import Size, substitute
from zoo.sizes.values import Symbolic
from zoo.spec import DType, TensorType

Arriving: TypeAlias = Mapping[str, tuple[TensorType, ...]]
"""What comes to each port, in the names of the whole graph."""

Numbers: TypeAlias = Mapping[str, Sequence[tuple[DType, tuple[int, ...]]]]

LONG, SHORT, STEPWISE = 256, 16, 2
"""From which length on axes are measured: long ones, by which windows and blocks are filled; short ones for
layers that refuse those; and the shortest where a layer walks step by step, and so is the same at any length.
"""
_BATCH = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A layer in a graph: what arrives, and its settings, both in the graph's names; the params' values."""

    use: LayerUse
    arriving: Arriving
    outputs: Mapping[str, TensorType]
    code: Mapping[str, Size]
    params: Point

    @property
    def names(self) -> tuple[str, ...]:
        """The axes and params of which its sizes are made."""
        sizes = [*self.code.values()]
        sizes += [size for types in self.arriving.values() for type in types for size in type.shape]
        found = [name for size in sizes if isinstance(size, Symbolic) for name in size.atoms()]
        return tuple(dict.fromkeys(found))

    @property
    def axes(self) -> tuple[str, ...]:
        """The axes among them: all that is no param."""
        return tuple(name for name in self.names if not name.startswith("$"))

    def start(self, length: int) -> dict[str, int]:
        """Sizes to begin with: params as they are, axes so long."""
        lengths = {name: _BATCH if name == "batch" else length for name in self.axes}
        return {**lengths, **{name: self.params[name] for name in self.names if name in self.params}}

    def at(self, point: Point) -> tuple[dict[str, Any], Numbers]:
        """Settings and the shapes of what arrives, at a point."""
        settings = {**self.use.settings, **{name: _number(size, point) for name, size in self.code.items()}}
        arriving: dict[str, list[tuple[DType, tuple[int, ...]]]] = {
            port: [(type.dtype, tuple(_number(size, point) for size in type.shape)) for type in types]
            for port, types in self.arriving.items()
        }
        return settings, arriving


@dataclass(slots=True)
class LayerFormulas:
    """What a layer costs in its place. A count that follows no polynomial is None, as is an unknown order.

    ``chain`` of all axes comes first: it tells whether the layer is ``stepwise``. ``fixed`` are the params
    for whose value alone the formulas hold.
    """

    place: Place
    stepwise: bool = False
    fixed: set[str] = field(default_factory=set[str])
    _modules: dict[str, nn.Module | None] = field(default_factory=dict[str, "nn.Module | None"])

    def parameters(self, name: str = "") -> Size | None:
        """How many numbers it learns; or how many one parameter has, by its dotted ``name``."""
        start = self.place.start(_BATCH)

        def count(point: Point) -> int | None:
            module = self._module(self.place.at({**start, **point})[0])
            if module is None:
                return None
            return sum(each.numel() for own, each in module.named_parameters() if name in ("", own))

        return fit(count, {name: size for name, size in start.items() if name.startswith("$")}, self.fixed)

    def flops(self) -> Size | None:
        """The FLOPs of one call, as ``zoo.costs`` counts them."""

        def count(point: Point) -> int | None:
            settings, arriving = self.place.at(point)
            module, use = self._module(settings), self.place.use
            return None if module is None else count_flops(module, use.spec, arriving, use.read)

        return self._fitted(count, self.fixed)

    def kept(self) -> Size | None:
        """How many numbers one call keeps for its backward pass, parameters left out (no dropout, CPU).

        A formula in the axes alone: the params are as they are, for by them the kernel is chosen.
        """

        def count(point: Point) -> int | None:
            return self._kept({**self.place.start(_BATCH), **point})

        return self._fitted(count, None, params=False)

    def chain(self, axis: str) -> Order | None:
        """How the longest chain of its operations grows with an axis of what arrives."""
        start = self.place.start(8)
        order, lengths = order_along(axis, lambda length: self._depth({**start, axis: length}))
        self.stepwise |= order == Order.of(axis) and lengths[0] < LONG
        return order

    def reach(self, axis: str) -> int | None:
        """How far along an axis a place of the output sees the inputs; None for all of the axis."""
        return reach_along(axis, self.place.use, self.place.at, self.place.start)

    def _fitted(
        self, count: Callable[[Point], int | None], fixed: set[str] | None, *, params: bool = True
    ) -> Size | None:
        for length in (STEPWISE,) if self.stepwise else (LONG, SHORT):
            start = self.place.start(length)
            found = fit(count, {name: start[name] for name in start if params or name[0] != "$"}, fixed)
            if found is not None:
                return found
        return None

    def _module(self, settings: Mapping[str, Any]) -> nn.Module | None:
        key = repr(settings)
        if key not in self._modules:
            try:
                spec = self.place.use.spec
                spec.settings.model_validate(settings)
                self._modules[key] = build_bare(spec, settings).eval()
            except REFUSED:
                self._modules[key] = None
        return self._modules[key]

    def _depth(self, point: Point) -> int | None:
        settings, arriving = self.place.at(point)
        module = self._module(settings)
        if module is None:
            return None
        try:
            with torch.no_grad(), Depth() as depth:
                call(module, self.place.use.spec, arriving, self.place.use.read)
        except REFUSED:
            return None
        return depth.deepest

    def _kept(self, point: Point) -> int | None:
        settings, arriving = self.place.at(point)
        found: dict[int, Tensor] = {}

        def keep(tensor: Tensor) -> Tensor:
            found.setdefault(storage_key(tensor), tensor)
            return tensor

        use = self.place.use
        try:
            with FakeTensorMode():
                module = use.spec.cls(**settings).eval()
                learned = set(map(storage_key, module.parameters()))
                with saved_tensors_hooks(keep, lambda tensor: tensor):
                    call(module, use.spec, arriving, use.read, device="cpu", grad=True)
        except REFUSED:
            return None
        return sum(
            tensor.untyped_storage().nbytes() // tensor.itemsize
            for key, tensor in found.items()
            if key not in learned
        )


def _number(size: Size, point: Point) -> int:
    found = substitute(size, point)
    assert isinstance(found, int)  # a point has all names of the place
    return found
