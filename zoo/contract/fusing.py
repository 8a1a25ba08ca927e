"""Fusing: a cell that can process a whole sequence in one call declares a second method.

    def fused(
        self,
        x: Float[Tensor, "batch time input"],           # a port of forward, with the axis time behind batch
        h: Float[Tensor, "batch hidden"],               # a port of forward as it is: a state
        mask: Bool[Tensor, "batch time"] | None = None,
        *,
        reverse: bool = False,
    ) -> tuple[Float[Tensor, "batch time hidden"], Float[Tensor, "batch hidden"]]: ...

    @staticmethod                                       # if some settings have no fused form
    def unfused(settings: Mapping[str, Any]) -> str: ...

``fused`` is equivalent to a loop over the cell: each step reads the states before it, and the output with the
name of a state (or the only output) is the state after it; ``reverse`` starts at the end. Steps where
``mask`` is false leave the states unchanged, whatever the inputs contain there, NaN included. It returns the
first output of ``forward`` at every step, zero where the mask is false, and what ``forward`` returns at the
last real step, or the given states if there is none.

``unfused`` returns why there is no fused form with these settings, or an empty text if there is one. A scan
whose body is such a cell runs as one call (``zoo.compiler.scans.fused``); ``zoo exam`` compares the two.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from inspect import Parameter
from typing import Any, get_args, get_origin

from zoo.contract.hints import Around, TensorHint, resolve_hints, split_none, tensor_hint
from zoo.contract.streaming import parameters_by_keyword
from zoo.errors import LayerError
from zoo.sizes import Name
from zoo.spec import Fusing, Port

_TIME = Name("time")
_MASK = Port("bool", (Name("batch"), _TIME))


def read_fusing(
    cls: type[Any],
    around: Around,
    inputs: Mapping[str, TensorHint],
    outputs: Mapping[str, TensorHint],
) -> Fusing | None:
    """Which ports ``fused`` takes as sequences and which as states; None for a layer without it."""
    if not callable(getattr(cls, "fused", None)):
        if callable(getattr(cls, "unfused", None)):
            raise LayerError("unfused says why not, and there is no fused; write fused, or rename it")
        return None
    parameters, hints = parameters_by_keyword(cls, "fused", around)
    _check_own(parameters, hints)
    ports = [name for name in parameters if name not in ("mask", "reverse")]
    if ports != list(inputs):
        raise LayerError(
            f"fused takes the ports of forward in their order, then mask and reverse; forward has "
            f"{', '.join(inputs)}, and fused {', '.join(ports)}"
        )
    alone = next(iter(outputs)) if len(outputs) == 1 else None
    cut: list[str] = []
    states: dict[str, str] = {}
    for name, port in inputs.items():
        own = _port(hints[name], f"fused's '{name}'")
        output = alone or name
        if own == _longer(port.port):
            cut.append(name)
        elif own == port.port and output in outputs and output not in states.values():
            states[name] = output
        else:
            raise LayerError(
                f"fused's '{name}' is neither a port of forward with the axis time behind batch, nor a "
                "state, which has the type that it has in forward and the name of an output"
            )
    if not cut or not states:
        raise LayerError("fused takes at least one port in steps, and one state; add what is missing")
    first = next(iter(outputs.values())).port
    _check_returns(cls, hints.get("return"), first, around)
    return Fusing(tuple(cut), states, _rule(cls))


def _check_own(parameters: Mapping[str, Parameter], hints: Mapping[str, Any]) -> None:
    mask, reverse = parameters.get("mask"), parameters.get("reverse")
    hint, maybe = split_none(hints.get("mask"))
    if mask is None or not maybe or mask.default is not None or _port(hint, "fused's 'mask'") != _MASK:
        raise LayerError(
            'fused is told which steps are there; write mask: Bool[Tensor, "batch time"] | None = None'
        )
    if reverse is None or reverse.kind is not Parameter.KEYWORD_ONLY or reverse.default is not False:
        raise LayerError("fused is told from where to walk; write *, reverse: bool = False")


def _check_returns(cls: type[Any], found: Any, first: Port, around: Around) -> None:
    parts = get_args(found) if get_origin(found) is tuple else ()
    out = resolve_hints(cls.forward, "forward", around)["return"]
    if len(parts) != 2 or _port(parts[0], "fused's result") != _longer(first) or not _same(parts[1], out):
        raise LayerError(
            "fused returns the first output of forward at every step, with the axis time behind batch, and "
            "what forward returns at the last one; write -> tuple[…, …] of these two"
        )


def _same(one: Any, other: Any) -> bool:
    if one == other:
        return True
    try:
        return tensor_hint(one) == tensor_hint(other)
    except LayerError:
        return False


def _port(hint: Any, what: str) -> Port:
    try:
        return tensor_hint(hint).port
    except LayerError as error:
        raise LayerError(f"{what}: {error}") from None


def _longer(port: Port) -> Port:
    """A port with the axis ``time`` after its first."""
    return replace(port, shape=(*port.shape[:1], _TIME, *port.shape[1:]))


def _rule(cls: type[Any]) -> Any:
    said = inspect.getattr_static(cls, "unfused", None)
    if said is None:
        return None
    if not isinstance(said, staticmethod) or len(inspect.signature(cls.unfused).parameters) != 1:
        raise LayerError("unfused says why not by the settings; write @staticmethod def unfused(settings)")
    return cls.unfused
