"""Looking ahead: the axes along which an output may depend on later steps of an input.

    sees_ahead = ("time",)                    # in the class body: for all settings

    @staticmethod                             # or depending on settings and wires
    def sees_ahead(settings: Mapping[str, Any], wired: Collection[str]) -> tuple[str, ...]: ...

A class without ``sees_ahead`` promises that no step of an output depends on a later step of an input. An axis
that an output lacks need not be declared: the hints already say that the output depends on all of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, cast

from zoo.contract.hints import TensorHint
from zoo.errors import LayerError, did_you_mean
from zoo.sizes import Name
from zoo.spec import AheadRule

_FORMS = (
    'write sees_ahead = ("time",), or @staticmethod def sees_ahead(settings, wired) that returns such a tuple'
)


def read_ahead(cls: type[Any], inputs: Mapping[str, TensorHint]) -> tuple[str, ...] | AheadRule:
    """The axes that a class declares, or its rule that computes them; LayerError for anything else."""
    said = inspect.getattr_static(cls, "sees_ahead", ())
    if isinstance(said, staticmethod):
        if len(inspect.signature(cls.sees_ahead).parameters) != 2:
            raise LayerError(f"sees_ahead names axes by settings and the names of wired ports; {_FORMS}")
        return cast("AheadRule", cls.sees_ahead)
    if not isinstance(said, tuple) or not all(isinstance(word, str) for word in cast("Iterable[Any]", said)):
        raise LayerError(f"sees_ahead names axes of inputs; {_FORMS}")
    axes = cast("tuple[str, ...]", said)
    known = [axis.text for hint in inputs.values() for axis in hint.port.shape if isinstance(axis, Name)]
    for axis in axes:
        if axis not in known:
            raise LayerError(
                f"sees_ahead names '{axis}', which is no axis of an input{did_you_mean(axis, known)}; "
                "name one that forward's types have"
            )
    return axes
