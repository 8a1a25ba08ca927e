"""Preparing: work on inputs that are constant in a loop, done once before it.

    def prepare(self, keys: Float[Tensor, "…"], mask: Bool[Tensor, "…"] | None = None) -> Memory: ...

    def forward(self, query, keys, mask=None, *, prepared: Memory | None = None) -> …:
        keys, padding = self.prepare(keys, mask) if prepared is None else prepared

``prepare`` takes ports of ``forward`` and returns an intermediate result of any type. A scan in which these
ports are constant calls ``prepare`` once, before the loop, and passes the result to ``forward`` at every
step. ``forward`` must return the same with ``prepared`` as without.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import Parameter
from typing import Any

from zoo.contract.hints import Around, TensorHint, resolve_hints, split_none
from zoo.contract.ports import PREPARED, parameters_of
from zoo.contract.streaming import check_port, parameters_by_keyword
from zoo.errors import LayerError


def read_preparing(
    cls: type[Any], around: Around, inputs: Mapping[str, TensorHint]
) -> tuple[str, ...] | None:
    """The ports that ``prepare`` takes, in its order; None if ``forward`` takes nothing prepared."""
    prepared = parameters_of(cls.forward).get(PREPARED)
    if prepared is None or prepared.kind is not Parameter.KEYWORD_ONLY:
        return None
    if not callable(getattr(cls, "prepare", None)):
        raise LayerError(
            f"forward's keyword-only '{PREPARED}' is what prepare returns, and there is no prepare; "
            "write def prepare(self, …) with the ports that it needs"
        )
    parameters, hints = parameters_by_keyword(cls, "prepare", around)
    for name, parameter in parameters.items():
        try:
            check_port(name, parameter, hints, inputs)
        except LayerError as error:
            raise LayerError(f"prepare's '{name}': {error}") from None
    made = hints.get("return", Parameter.empty)
    if made is Parameter.empty:
        raise LayerError(f"prepare's return type is what forward takes as '{PREPARED}'; annotate it")
    taken = resolve_hints(cls.forward, "forward", around).get(PREPARED)
    if split_none(taken) != (made, True) or prepared.default is not None:
        raise LayerError(
            f"forward prepares for itself unless it is handed '{PREPARED}'; "
            f"write {PREPARED}: X | None = None with the X that prepare returns"
        )
    return tuple(parameters)
