"""Axis sizes: the rules that make every shape computable before anything runs.

An axis name is **bound** if it stands alone on an input port (the wire gives its size) or is a setting. Every
other use, in an expression or on an output, must be computable from bound names, in the order in which
jaxtyping evaluates the hints at run time, so that the two always agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from zoo.contract.hints import TensorHint
from zoo.contract.settings import SettingKind
from zoo.errors import LayerError, did_you_mean
from zoo.sizes import Name, Op, names
from zoo.spec import Axis, Star, Wild

_RULE = "or give the class a static shapes(settings, inputs)"


def check_axes(
    inputs: Mapping[str, TensorHint],
    outputs: Mapping[str, TensorHint],
    settings: Mapping[str, SettingKind],
    *,
    ruled: bool,
) -> None:
    """Raise LayerError for an unbound axis; a ``ruled`` layer computes its output shapes by ``shapes``."""
    bound: set[str] = set()  # by required ports: always
    maybe: set[str] = set()  # by optional ports: only if they are wired
    for name, hint in inputs.items():
        here = set(bound)
        for axis in hint.port.shape:
            try:
                _check_settings(axis, hint.references, here, settings)
                _check_input(axis, here, settings)
            except LayerError as error:
                raise LayerError(f"forward's '{name}': {error}") from None
            here |= set(_binds(axis))
        (maybe if hint.port.optional else bound).update(here)
    maybe -= bound
    for name, hint in outputs.items():
        for axis in hint.port.shape:
            try:
                _check_settings(axis, hint.references, bound | maybe, settings)
                if not ruled:
                    _check_output(axis, bound, maybe, settings)
            except LayerError as error:
                raise LayerError(f"output '{name}': {error}") from None


def widths(inputs: Mapping[str, TensorHint], settings: Mapping[str, SettingKind]) -> frozenset[str]:
    """The settings that are axes of input ports, and can therefore be solved from the wires."""
    plain = {axis.text for hint in inputs.values() for axis in hint.port.shape if isinstance(axis, Name)}
    return frozenset(name for name in plain if settings.get(name) in ("int", "maybe int"))


def is_pointwise(inputs: Mapping[str, TensorHint], outputs: Mapping[str, TensorHint]) -> bool:
    """Whether every port begins with the same named star, so that the layer works on any leading axes."""
    first = {next(iter(hint.port.shape), None) for hint in (*inputs.values(), *outputs.values())}
    only = first.pop()
    return bool(inputs) and not first and isinstance(only, Star) and bool(only.name)


def _binds(axis: Axis) -> Iterator[str]:
    """The name that an axis of an input binds; a star's keeps its asterisk, so ``*a`` differs from ``a``."""
    if isinstance(axis, Name) or (isinstance(axis, Star) and axis.name):
        yield str(axis)


def _check_settings(
    axis: Axis, references: AbstractSet[str], bound: AbstractSet[str], settings: Mapping[str, SettingKind]
) -> None:
    """Check that the settings in an axis exist, are numbers, and can be evaluated by jaxtyping as written."""
    words = set(names(axis)) if isinstance(axis, Name | Op) else set[str]()
    for word in sorted(words & references):
        if word not in settings:
            raise LayerError(
                f"{{self.{word}}} is no parameter of __init__{did_you_mean(word, settings)}, "
                "and only these are known before the layer is built"
            )
    for word in sorted(words & settings.keys()):
        kind = settings[word]
        if kind == "other" or (kind == "bool" and word not in references):
            raise LayerError(
                f"axis '{axis}' has the name of the setting '{word}', which is no size; rename one"
            )
        if isinstance(axis, Op) and word not in bound:
            if word not in references:
                raise LayerError(f"in axis '{axis}' jaxtyping does not know '{word}'; write {{self.{word}}}")
            if kind == "maybe int":
                raise LayerError(
                    f"axis '{axis}' has no size where the setting '{word}' is None; make it an int"
                )


def _check_input(axis: Axis, bound: AbstractSet[str], settings: Mapping[str, SettingKind]) -> None:
    for word in names(axis) if isinstance(axis, Op) else ():
        if word not in bound and word not in settings:
            raise LayerError(
                f"axis '{axis}' cannot be computed: no setting and no required port before it has '{word}'"
                f"{did_you_mean(word, {*bound, *settings})}; give this axis a name, or add one of them"
            )


def _check_output(
    axis: Axis, bound: AbstractSet[str], maybe: AbstractSet[str], settings: Mapping[str, SettingKind]
) -> None:
    if isinstance(axis, Wild) or (isinstance(axis, Star) and not axis.name):
        raise LayerError(f"nothing says how long '{axis}' is; name it as an axis of an input, {_RULE}")
    for word in [str(axis)] if isinstance(axis, Star) else names(axis):
        if word in bound or settings.get(word) in ("int", "bool"):
            continue
        if word in maybe:
            raise LayerError(
                f"axis '{word}' is unknown while the optional ports that have it are not wired; "
                f"require one, {_RULE}"
            )
        if word in settings:
            raise LayerError(f"axis '{word}' is unknown where the setting is None; make it an int, {_RULE}")
        raise LayerError(
            f"nothing binds the axis '{word}'{did_you_mean(word, {*bound, *settings})}; "
            f"name an axis of an input or a setting, {_RULE}"
        )
