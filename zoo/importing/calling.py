"""Calling rules and modules, with positional and keyword arguments."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.export.unflatten import InterpreterModule

from zoo.importing.at import At
from zoo.importing.functions import FUNCTIONS
from zoo.importing.seen import Unknown


def ruled(name: str, at: At, args: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
    """The result of a function's rule; raises Unknown without one, or if the arguments do not fit it."""
    rule = FUNCTIONS.get(name)
    if rule is None:
        raise Unknown("no layer computes it")
    spelled = {"weight": "weight_", "self": "input"}
    given = {spelled.get(key, key): value for key, value in named.items()}
    try:
        inspect.signature(rule).bind(at, *args, **given)
    except TypeError as error:
        raise Unknown(f"it is called in a way that is not known: {error}") from None
    return rule(at, *args, **given)


def check_hooks(module: nn.Module) -> None:
    """Refuse a module with hooks, whose effect is unknown."""
    hooks: Any = [vars(module)[name] for name in ("_forward_hooks", "_forward_pre_hooks")]
    if any(hooks):
        raise Unknown("hooks hang on it")


def argument_names(module: nn.Module, args: Any, named: Any) -> dict[int, str]:
    """The parameter names of the tensors that a module is called with; an exported program lacks them."""
    if isinstance(module, InterpreterModule):
        return {id(each): "x" for each in args}
    try:
        bound = inspect.signature(module.forward).bind(*args, **named).arguments
    except TypeError:
        return {}
    return {id(value): name for name, value in bound.items() if isinstance(value, Tensor)}
