"""The costs of one layer at its place in a graph: counts as formulas, longest chain, reach."""

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
"""The types that arrive at each port, in the names of the whole graph."""

Numbers: TypeAlias = Mapping[str, Sequence[tuple[DType, tuple[int, ...]]]]

LONG, SHORT, STEPWISE = 256, 16, 2
"""The lengths from which axes are measured: long ones, which fill windows and blocks; short ones, for layers
that refuse those; and the shortest, for layers that run step by step, which behave the same at any length.
"""
_BATCH = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A layer in a graph: its arriving types and settings in the graph's names, and the params' values."""

    use: LayerUse
    arriving: Arriving
    outputs: Mapping[str, TensorType]
    code: Mapping[str, Size]
    params: Point

    @property
    def names(self) -> tuple[str, ...]:
        """The axes and params that its sizes consist of."""
        sizes = [*self.code.values()]
        sizes += [size for types in self.arriving.values() for type in types for size in type.shape]
        found = [name for size in sizes if isinstance(size, Symbolic) for name in size.atoms()]
        return tuple(dict.fromkeys(found))

    @property
    def axes(self) -> tuple[str, ...]:
        """The axes among the names."""
        return tuple(name for name in self.names if not name.startswith("$"))

    def start(self, length: int) -> dict[str, int]:
        """The initial sizes: the current values of params, ``length`` for axes."""
        lengths = {name: _BATCH if name == "batch" else length for name in self.axes}
        return {**lengths, **{name: self.params[name] for name in self.names if name in self.params}}

    def at(self, point: Point) -> tuple[dict[str, Any], Numbers]:
        """The settings and the arriving shapes at a point."""
        settings = {**self.use.settings, **{name: _number(size, point) for name, size in self.code.items()}}
        arriving: dict[str, list[tuple[DType, tuple[int, ...]]]] = {
            port: [(type.dtype, tuple(_number(size, point) for size in type.shape)) for type in types]
            for port, types in self.arriving.items()
        }
        return settings, arriving


@dataclass(slots=True)
class LayerFormulas:
    """The costs of a layer at its place; a count that is not polynomial is None, as is an unknown order.

    ``chain`` must be measured first for all axes, since it determines whether the layer is ``stepwise``.
    ``fixed`` are the params for whose current value only the formulas hold.
    """

    place: Place
    stepwise: bool = False
    fixed: set[str] = field(default_factory=set[str])
    _modules: dict[str, nn.Module | None] = field(default_factory=dict[str, "nn.Module | None"])

    def parameters(self, name: str = "") -> Size | None:
        """The number of parameter elements, or of those of one parameter with a dotted ``name``."""
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
        """The number of elements that a call saves for backward, without parameters (no dropout, CPU).

        The formula contains only axes; params keep their values, since the choice of kernel depends on them.
        """

        def count(point: Point) -> int | None:
            return self._kept({**self.place.start(_BATCH), **point})

        return self._fitted(count, None, params=False)

    def chain(self, axis: str) -> Order | None:
        """How the longest chain of operations grows with an axis of the inputs."""
        start = self.place.start(8)
        order, lengths = order_along(axis, lambda length: self._depth({**start, axis: length}))
        self.stepwise |= order == Order.of(axis) and lengths[0] < LONG
        return order

    def reach(self, axis: str) -> int | None:
        """How far along an axis a position of the output sees the inputs; None means the whole axis."""
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
    assert isinstance(found, int)  # a point contains all names of the place
    return found
