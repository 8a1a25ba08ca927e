"""Calling the rules of a layer's class, for what hints cannot express: output shapes, and looking ahead.

``shapes(settings, inputs)`` is called with ground sizes, so that it can refuse known numbers, and again with
local sizes, so that the result can be used in generated code. Rules are third-party code: whatever they raise
becomes a problem of the node, and the check continues.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from zoo.checker.known import NOTHING
from zoo.checker.local import is_open
from zoo.checker.patterns import Shape
from zoo.checker.resolution import Setting
from zoo.checker.site import Site
from zoo.checker.targets import LayerTarget
from zoo.checker.wiring import Wires
from zoo.errors import SizeError
from zoo.sizes import Size, Symbolic
from zoo.spec import LayerSpec


def ruled(
    site: Site,
    target: LayerTarget,
    settings: Mapping[str, Any],
    code: Mapping[str, Setting],
    wires: Wires,
) -> Mapping[str, Shape] | None:
    """The output shapes by a layer's own rule; None if it refuses, which is reported."""
    frame, title = site.frame, target.title
    local = _inputs(target, wires, lambda size: size)
    ground = _inputs(target, wires, frame.ground)
    rule = target.spec.rule
    assert rule is not None
    try:
        grounded = _checked(target, rule(settings, ground))
    except (ValueError, SizeError) as error:
        message = f"{title}: {error}"
        site.report("layer-refuses", message, origin=("layer-refuses", message))
        return None
    except Exception as error:  # noqa: BLE001  # third-party code: reported like any other problem
        if not _vague(site, wires):
            site.report(
                "layer-refuses", f"{title}: its rule for shapes failed: {type(error).__name__}: {error}"
            )
        return None
    sized = {name: value for name, value in code.items() if isinstance(value, Symbolic)}
    if local == ground and not sized:
        return grounded
    try:
        named = _checked(target, rule({**settings, **sized}, local))
        fits = {name: tuple(map(frame.ground, shape)) for name, shape in named.items()} == grounded
    except Exception:  # noqa: BLE001  # the rule may only support numbers, for which it was called above
        return grounded
    return named if fits else grounded


def looks(
    spec: LayerSpec, settings: Mapping[str, Any], wired: Collection[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The axes along which a layer sees ahead, and those along which only its settings prevent that.

    Raises what its own rule raises.
    """
    now = spec.sees_ahead(settings, wired)
    known = {str(axis) for port in spec.inputs.values() for axis in port.shape}
    if strangers := sorted(now - known):
        raise ValueError(f"it names {', '.join(map(repr, strangers))}, which no input has as an axis")
    if not callable(spec.ahead):
        return now, NOTHING
    fields = spec.settings.model_fields.items()
    default = {name: field.default for name, field in fields if not field.is_required()}
    return now, spec.sees_ahead({**settings, **default}, wired) - now


def _inputs(target: LayerTarget, wires: Wires, form: Callable[[Size], Size]) -> dict[str, Any]:
    shapes: dict[str, Any] = {}
    for port, _, type_ in wires.arrivals:
        shape = tuple(map(form, type_.shape))
        if target.inputs[port].port.variadic:
            shapes.setdefault(port, []).append(shape)
        else:
            shapes[port] = shape
    return shapes


def _checked(target: LayerTarget, found: object) -> dict[str, Shape]:
    if not isinstance(found, Mapping):
        raise TypeError(
            f"it returned {type(found).__name__}, and a rule returns the shape of each output by name"
        )
    shapes: dict[str, Shape] = {}
    entries: Mapping[Any, Any] = found  # pyright: ignore[reportUnknownVariableType] - from third-party code
    for name, shape in entries.items():
        if name not in target.outputs or not isinstance(shape, tuple):
            raise TypeError(
                f"it returned {name!r}: {shape!r}, and outputs are {', '.join(target.outputs)}, with tuples"
            )
        sizes: tuple[Any, ...] = shape  # pyright: ignore[reportUnknownVariableType] - from third-party code
        for size in sizes:
            if not isinstance(size, int | Symbolic):
                raise TypeError(f"'{name}' has an axis {size!r}, which is no size")
            if isinstance(size, int) and size < 0:
                raise ValueError(f"'{name}' would have an axis of size {size}")
        shapes[name] = sizes
    return shapes


def _vague(site: Site, wires: Wires) -> bool:
    """Whether a size is open, so that arithmetic with it is meaningless."""
    return any(is_open(site.frame.ground(size)) for _, _, type_ in wires.arrivals for size in type_.shape)
