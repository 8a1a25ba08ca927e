"""Resolving layers: binds axes, solves widths, validates settings and computes output types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo.checker import masks
from zoo.checker.fitting import fit
from zoo.checker.known import NOTHING
from zoo.checker.local import is_open
from zoo.checker.patterns import Bindings, Shape
from zoo.checker.resolution import LayerUse, Setting
from zoo.checker.rules import looks, ruled
from zoo.checker.settings import validated
from zoo.checker.site import Site
from zoo.checker.targets import LayerTarget
from zoo.checker.values import UNKNOWN, setting
from zoo.checker.wiring import Wires
from zoo.errors import SizeError
from zoo.sizes import Symbolic
from zoo.spec import TensorType

Types = Mapping[str, TensorType | None]


def use_layer(
    site: Site, target: LayerTarget, written: Mapping[str, Setting], wires: Wires, read: frozenset[str]
) -> tuple[LayerUse | None, Types]:
    """Resolve one use of a layer: None after a problem, together with what is known about its outputs."""
    spec = target.spec
    bindings: Bindings = dict(target.fixed)
    code: dict[str, Setting] = {}
    values: dict[str, Any] = {}
    for name, value in written.items():
        try:
            code[name], values[name] = setting(site.frame, value)
        except SizeError as error:
            site.report("size-value", str(error), at=("with", name), origin=site.frame.origin(error))
            values[name] = UNKNOWN
            continue
        if name in target.sized:
            _bind(bindings, name, code[name], values[name], width=name in spec.widths)
    fits = fit(site, target, wires.arrivals, bindings, () if site.twin else written)
    excused = _solve(site, target, bindings, code, values, wires.unknown or not fits.good)
    settings, wrong = validated(site, spec.id, spec.settings, values, written, excused)
    for name in wrong:
        if name in written and (name not in spec.widths or bindings.get(name) is code.get(name)):
            bindings.pop(name, None)  # an invalid size would only cause further errors
    for name, default in target.defaults.items():
        bindings.setdefault(name, default)
    if site.frame.masks and target.masks:
        masks.warn(site, target, wires, bindings)
    if fits.swapped:
        return None, dict.fromkeys(spec.outputs)
    types = _types(site, target, settings, code, wires, bindings)
    if settings is None or not fits.good or wires.unknown or None in types.values():
        return None, types
    ahead = hidden = NOTHING
    if spec.ahead:
        try:
            ahead, hidden = looks(spec, settings, wires.inputs.keys() - wires.absent)
        except Exception as error:  # noqa: BLE001  # third-party code: reported like any other problem
            message = f"{spec.id}: its sees_ahead failed: {type(error).__name__}: {error}"
            site.report("layer-refuses", message)
    return LayerUse(spec, settings, code, types, read, ahead, hidden), types  # pyright: ignore[reportArgumentType] - None was excluded above


def _bind(bindings: Bindings, name: str, local: Setting, value: Any, *, width: bool) -> None:
    """Bind the axis of the same name to a given setting, unless that is not a size."""
    bindings.pop(name, None)
    if isinstance(value, bool):
        if not width:
            bindings[name] = int(value)
    elif isinstance(value, Symbolic) or (isinstance(value, int) and (value > 0 or not width)):
        assert isinstance(local, int | Symbolic)
        bindings[name] = local


def _solve(
    site: Site,
    target: LayerTarget,
    bindings: Bindings,
    code: dict[str, Setting],
    values: dict[str, Any],
    hidden: bool,
) -> list[str]:
    """Solve the widths that the file omits from the wires; returns those that a problem hides."""
    excused: list[str] = []
    for name in target.spec.widths:
        if name in code or name in values:
            continue
        size = bindings.get(name)
        if size is None or isinstance(size, tuple):
            if hidden and name not in target.defaults:
                excused.append(name)
            continue
        code[name] = size
        value = site.frame.ground(size)
        values[name] = value
        if isinstance(value, Symbolic) and not is_open(value):
            values[name] = UNKNOWN
            word = site.frame.word(size)
            message = f"the size of '{name}' is '{word}', which is known only when the model runs"
            remedy = f"write a number or a $param for '{word}' in the type of the input that has it"
            site.report("setting-open", message, remedy)
    return excused


def _types(
    site: Site,
    target: LayerTarget,
    settings: Mapping[str, Any] | None,
    code: Mapping[str, Setting],
    wires: Wires,
    bindings: Bindings,
) -> Types:
    spec = target.spec
    if spec.rule is not None:
        if settings is None or wires.unknown:
            return dict.fromkeys(spec.outputs)
        ruling = ruled(site, target, settings, code, wires)
        if ruling is None:
            return dict.fromkeys(spec.outputs)
        shapes = ruling
    else:
        shapes: Mapping[str, Shape] = {}
    types: dict[str, TensorType | None] = {}
    for name, pattern in target.results.items():
        shape = shapes.get(name) or pattern.shape(bindings)
        types[name] = None if shape is None else TensorType(pattern.port.dtype, shape)
    return types
