"""Streaming: the two methods of a layer that can process a sequence in pieces.

    class LastState(NamedTuple):
        h: Float[Tensor, "batch hidden"]

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> LastState: ...

    def step(self, x: Float[Tensor, "batch time dim"], state: LastState) -> tuple[<forward's>, LastState]: ...

``step`` is ``forward`` over the next piece of the sequence, of any length: the same ports, types and outputs,
plus the state, which it takes from before the piece and returns as of after it. Both are called by keyword.

A port of ``forward`` that is constant over the whole stream, such as the memory of an attention, is a
parameter of ``initial_state`` instead, where work that depends only on it can be done once. A port that may
be either, depending on the wiring, is ``X | None = None`` in both.

In ``step``, an axis that grows with the past, such as that of all keys so far, is named ``seen``; this may be
an axis of an input or of a single output tensor. An axis that ``forward`` computes from ports that ``step``
does not have is written ``_``.

A state is a tensor whose first axis is the batch, an int (the position in the sequence), None (not known
before the first piece), or a NamedTuple of states. It can therefore be saved, moved and reordered by code
that does not know the layer.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from inspect import Parameter
from typing import Any, cast, get_args, get_origin

from zoo.contract.hints import Around, NoneType, TensorHint, resolve_hints, shown, split_none, tensor_hint
from zoo.contract.ports import is_named_tuple, parameters_of
from zoo.errors import LayerError, did_you_mean
from zoo.sizes import Name, Op
from zoo.spec import Port, Wild

_GIVEN = {"batch": "int", "device": "torch.device", "dtype": "torch.dtype"}
_SIGNATURE = "batch: int, device: torch.device, dtype: torch.dtype"


def read_streaming(
    cls: type[Any], around: Around, inputs: Mapping[str, TensorHint], flags: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The ports that ``step`` takes in pieces, and those that ``initial_state`` takes whole.

    Both are empty for a layer that does not stream. ``flags`` are the names of the on-demand outputs.
    """
    found = [name for name in ("initial_state", "step") if callable(getattr(cls, name, None))]
    if not found:
        return frozenset(), frozenset()
    if len(found) == 1:
        (missing,) = {"initial_state", "step"} - {*found}
        raise LayerError(
            f"a layer streams by initial_state and step together, and it has {found[0]} alone; "
            f"write {missing}, or rename {found[0]}"
        )
    start, start_hints = parameters_by_keyword(cls, "initial_state", around)
    step, step_hints = parameters_by_keyword(cls, "step", around)
    _check_given(start, start_hints)
    if "state" not in step:
        raise LayerError("step takes the state before the piece, and has no parameter 'state'; add it")
    whole = {name: start[name] for name in start if name not in _GIVEN}
    pieces = {name: step[name] for name in step if name != "state" and name not in flags}
    for method, ports, hints, other in (
        ("initial_state", whole, start_hints, pieces),
        ("step", pieces, step_hints, whole),
    ):
        for name, parameter in ports.items():
            try:
                check_port(name, parameter, hints, inputs, shared=name in other)
            except LayerError as error:
                raise LayerError(f"{method}'s '{name}': {error}") from None
    for name in inputs:
        if name not in pieces and name not in whole:
            raise LayerError(
                f"step does not take the port '{name}' of forward; "
                "add it to step, or to initial_state if it is the same for the whole stream"
            )
    if not pieces:
        raise LayerError("step takes no port of forward, and so no piece of a sequence; add one")
    _check_flags(step, flags)
    _check_returns(cls, around, start_hints, step_hints)
    return frozenset(pieces), frozenset(whole)


def parameters_by_keyword(
    cls: type[Any], method: str, around: Around
) -> tuple[dict[str, Parameter], dict[str, Any]]:
    """The parameters of a method that is called by keyword, and its type hints."""
    if not inspect.isfunction(inspect.getattr_static(cls, method)):
        raise LayerError(f"{method} is an ordinary method, with self, and this is not one; make it one")
    function = getattr(cls, method)
    parameters = parameters_of(function)
    for name, parameter in parameters.items():
        if parameter.kind not in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY):
            raise LayerError(
                f"{method} is called by keyword, and '{name}' cannot be; name its ports one by one"
            )
    return parameters, resolve_hints(function, method, around)


def _check_given(parameters: Mapping[str, Parameter], hints: Mapping[str, Any]) -> None:
    for name, type_ in _GIVEN.items():
        if name not in parameters or shown(hints.get(name)) != type_:
            raise LayerError(
                f"initial_state is told {name}: {type_}; write initial_state(self, {_SIGNATURE}, …)"
            )


def check_port(
    name: str,
    parameter: Parameter,
    hints: Mapping[str, Any],
    inputs: Mapping[str, TensorHint],
    *,
    shared: bool = False,
) -> None:
    """Raise LayerError unless a parameter matches a port of ``forward``.

    A port that is ``shared`` with another method must be optional.
    """
    if name not in inputs:
        raise LayerError(f"forward has no such port{did_you_mean(name, inputs)}; rename or remove it")
    port = inputs[name].port
    hint, maybe = split_none(hints.get(name))
    if not _grows_into(tensor_hint(hint, optional=port.optional).port, port):
        raise LayerError("it is the port of forward, and has another type; write the type that forward has")
    wanted = port.optional or shared
    if (maybe, parameter.default is None) != (wanted, wanted):
        why = (
            "it may come in pieces or whole"
            if shared
            else "it is optional as in forward or required as there"
        )
        raise LayerError(f"{why}; write {'X | None = None' if wanted else 'X, without a default'}")


def _check_flags(step: Mapping[str, Parameter], flags: frozenset[str]) -> None:
    for name in sorted(flags):
        flag = step.get(name)
        if flag is None or flag.kind is not Parameter.KEYWORD_ONLY or flag.default is not False:
            raise LayerError(
                f"step gives the outputs of forward, and nothing asks for '{name}'; "
                f"give step *, {name}: bool = False"
            )


def _check_returns(cls: type[Any], around: Around, start: Mapping[str, Any], step: Mapping[str, Any]) -> None:
    state = start.get("return", Parameter.empty)
    if state is Parameter.empty:
        raise LayerError("initial_state's return type is the state, and there is none; annotate it")
    out = resolve_hints(cls.forward, "forward", around)["return"]
    found: tuple[Any, ...] = get_args(step["return"]) if get_origin(step.get("return")) is tuple else ()
    if not _same(found, (out, state)) and not (_same(found[1:], (state,)) and _grown(found[0], out)):
        raise LayerError(
            "step returns what forward returns and the next state; "
            f"write -> tuple[{_short(out)}, {_short(state)}]"
        )
    if not _same((step.get("state"),), (state,)):
        raise LayerError(f"step takes the state that initial_state returns; write state: {_short(state)}")
    _check_state(state, "the state", around)


def _check_state(hint: Any, what: str, around: Around) -> None:
    """Check that a state consists of tensors whose first axis is the batch, ints, None and NamedTuples."""
    hint, _ = split_none(hint)
    if hint is int or hint is NoneType:
        return
    if is_named_tuple(hint):
        for name, field in resolve_hints(hint, hint.__name__, around).items():
            _check_state(field, f"{hint.__name__}.{name}", around)
        return
    try:
        shape = tensor_hint(hint).port.shape
    except LayerError:
        raise LayerError(
            f"{what} is {shown(hint)}; a state is a tensor with the batch first, an int, None, or a "
            "NamedTuple of these, so that it can be saved, moved and reordered"
        ) from None
    if shape[:1] != (Name("batch"),):
        raise LayerError(f"{what} has no axis batch in front, by which a search reorders it; put it there")


def _same(found: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    """Whether types are equal; equal array hints may be different objects."""
    return len(found) == len(wanted) and all(map(_equal, found, wanted))


def _equal(one: Any, other: Any) -> bool:
    if one == other:
        return True
    (one, maybe), (other, perhaps) = split_none(one), split_none(other)
    try:
        return maybe == perhaps and (one == other or tensor_hint(one) == tensor_hint(other))
    except LayerError:
        return False


def _grown(found: Any, out: Any) -> bool:
    """Whether ``step`` returns the type of ``forward``'s output, except for growing axes named ``seen``."""
    if is_named_tuple(found) or is_named_tuple(out):
        return False
    return _grows_into(tensor_hint(found).port, tensor_hint(out).port)


def _grows_into(one: Port, other: Port) -> bool:
    """Whether two ports have the same type, except that axes of ``one`` may be ``seen`` or ``_``.

    ``_`` may stand only for an axis that ``other`` computes from further ports.
    """
    if len(one.shape) != len(other.shape):
        return False
    axes = zip(one.shape, other.shape, strict=True)
    whole = tuple(
        theirs if mine == Name("seen") or (isinstance(mine, Wild) and isinstance(theirs, Op)) else mine
        for mine, theirs in axes
    )
    return replace(one, shape=whole) == other


def _short(hint: Any) -> str:
    return cast("str", hint.__name__) if is_named_tuple(hint) else shown(hint)
