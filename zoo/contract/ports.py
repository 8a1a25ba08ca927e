"""From ``forward`` to ports: its parameters are the inputs, its return type the outputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import Any, cast, get_origin

from zoo.contract.hints import Around, TensorHint, resolve_hints, split_none, tensor_hint
from zoo.errors import LayerError, did_you_mean
from zoo.graph import NAME

_RESERVED = ("true", "false", "null")  # keys that YAML reads as a bool or None
PREPARED = "prepared"
"""The keyword by which ``forward`` receives what ``prepare`` returned (see ``zoo.contract.preparing``)."""
_EXAMPLE = 'Float[Tensor, "batch time dim"]'


def read_ports(cls: type[Any], around: Around) -> tuple[dict[str, TensorHint], dict[str, TensorHint]]:
    """The inputs and outputs of a layer class; its hints may refer to the names in ``around``."""
    from torch import nn

    forward = inspect.getattr_static(cls, "forward")
    if forward is inspect.getattr_static(nn.Module, "forward"):
        raise LayerError("forward's parameters are the input ports, and there is no forward; write one")
    if isinstance(forward, staticmethod | classmethod):
        raise LayerError("forward is a static or class method; make it an ordinary one, with self")
    parameters = parameters_of(cls.forward)
    hints = resolve_hints(cls.forward, "forward", around)
    inputs: dict[str, TensorHint] = {}
    flags: dict[str, Parameter] = {}
    for name, parameter in parameters.items():
        if parameter.kind is Parameter.KEYWORD_ONLY:
            if name != PREPARED:
                flags[name] = parameter
            continue
        try:
            inputs[name] = _input(name, parameter, hints, inputs)
        except LayerError as error:
            raise LayerError(f"forward's '{name}': {error}") from None
    outputs = _outputs(hints, around)
    _check_flags(flags, hints, outputs)
    return inputs, outputs


def parameters_of(function: Callable[..., Any]) -> dict[str, Parameter]:
    """The parameters of a method without ``self``."""
    _, *rest = inspect.signature(function).parameters.items()
    return dict(rest)


def _input(
    name: str, parameter: Parameter, hints: Mapping[str, Any], before: Mapping[str, TensorHint]
) -> TensorHint:
    if parameter.kind is Parameter.VAR_KEYWORD:
        raise LayerError(
            "** takes whatever comes, and a port has a name and a type; name the ports one by one"
        )
    if parameter.kind is Parameter.POSITIONAL_ONLY:
        raise LayerError("ports are wired by name, and it is positional only; remove the / of forward")
    if parameter.annotation is Parameter.empty:
        raise LayerError(f"a port has a type, and this has none; annotate it: {name}: {_EXAMPLE}")
    _check_name(name)
    hint, maybe = split_none(hints[name])
    if parameter.kind is Parameter.VAR_POSITIONAL:
        if maybe:
            raise LayerError("a variadic port takes as many wires as there are, never None; remove | None")
        if any(port.port.optional for port in before.values()):
            raise LayerError(
                "it stands behind an optional port, which could then not be left out; require that one"
            )
        return tensor_hint(hint, variadic=True)
    if parameter.default is not Parameter.empty and parameter.default is not None:
        raise LayerError(
            f"an unwired port is None, and its default is {parameter.default!r}; write X | None = None"
        )
    if maybe != (parameter.default is None):
        raise LayerError("a port is optional by type and default together; write X | None = None, or neither")
    return tensor_hint(hint, optional=maybe)


def _outputs(hints: Mapping[str, Any], around: Around) -> dict[str, TensorHint]:
    if "return" not in hints:
        raise LayerError(f"forward's return type is the output ports, and there is none; write -> {_EXAMPLE}")
    hint = hints["return"]
    if is_named_tuple(hint):
        return _fields(hint, around)
    if hint is tuple or get_origin(hint) is tuple:
        raise LayerError("forward returns a tuple whose fields have no names; return a NamedTuple")
    if hint is not None and split_none(hint)[1]:
        raise LayerError(
            "forward may return None; make an output on demand the field X | None of a NamedTuple"
        )
    try:
        return {"out": tensor_hint(hint)}
    except LayerError as error:
        raise LayerError(f"forward's return: {error}; or return a NamedTuple of such") from None


def _fields(tuple_: Any, around: Around) -> dict[str, TensorHint]:
    hints = resolve_hints(tuple_, tuple_.__name__, around)
    if tuple_._fields == ("out",):  # the name of the port of a bare tensor
        raise LayerError(
            f"output 'out' of {tuple_.__name__} is its only field, and an only output is the tensor itself; "
            f"write -> {_EXAMPLE}, or name the field for what it is"
        )
    outputs: dict[str, TensorHint] = {}
    for name in tuple_._fields:
        try:
            _check_name(name)
            hint, maybe = split_none(hints[name])
            outputs[name] = tensor_hint(hint, on_demand=maybe)
        except LayerError as error:
            raise LayerError(f"output '{name}' of {tuple_.__name__}: {error}") from None
    if all(output.port.on_demand for output in outputs.values()):
        raise LayerError(f"{tuple_.__name__} has no field that is always computed; type one without | None")
    return outputs


def _check_flags(
    flags: Mapping[str, Parameter], hints: Mapping[str, Any], outputs: Mapping[str, TensorHint]
) -> None:
    wanted = [name for name, output in outputs.items() if output.port.on_demand]
    for name, flag in flags.items():
        if name not in wanted:
            raise LayerError(
                f"forward's keyword-only '{name}' asks for no output{did_you_mean(name, wanted)}; "
                "make it a port (before the *), a setting (of __init__), or the name of an output X | None"
            )
        if hints.get(name) is not bool or flag.default is not False:
            raise LayerError(
                f"forward's '{name}' asks for an output, and not by default; write {name}: bool = False"
            )
    for name in wanted:
        if name not in flags:
            raise LayerError(
                f"output '{name}' is X | None, on demand, and nothing asks for it; "
                f"give forward *, {name}: bool = False"
            )


def is_named_tuple(hint: Any) -> bool:
    """Whether a hint is a NamedTuple class."""
    return isinstance(hint, type) and issubclass(hint, tuple) and hasattr(cast("type", hint), "_fields")


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or name in _RESERVED:
        raise LayerError("its name is no word of plain letters, digits and _, as files need; rename it")
