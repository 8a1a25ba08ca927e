"""Python code that depends on values of tensors, or writes into tensors, which graphs cannot express."""

from __future__ import annotations

from typing import Any

from zoo.importing.naming import where
from zoo.importing.scope import Scope, tensors

_LOOKS = {
    "bool",
    "item",
    "int",
    "float",
    "index",
    "complex",
    "tolist",
    "numpy",
    "nonzero",
    "equal",
    "allclose",
}
"""Functions that return a Python number, on which control flow can depend; ``float()`` may also be a cast."""


class Decided(Exception):
    """Python code read a value that depends on the inputs."""

    remedy = (
        "a graph has no decisions; compute both ways and choose by a mask, or put what decides into a module "
        "of its own, which becomes a placeholder"
    )


class Wrote(Decided):
    """Python code wrote into a tensor."""

    remedy = (
        "a graph's tensors are never written into; compute a new one (by a mask, or torch.cat), or put what "
        "writes into a module of its own, which becomes a placeholder"
    )


def check_look(name: str, func: Any, given: Any, scope: Scope) -> None:
    """Refuse a function that returns a computed value to Python, or writes into a part of a tensor."""
    if name not in _LOOKS | {"setitem"} or not any(scope.find(each) for each in tensors(given)):
        return
    if name == "setitem":
        raise Wrote(f"{where()} writes into a part of a tensor")
    if name not in ("float", "bool", "int") or getattr(func, "__name__", "").startswith("__"):
        raise Decided(f"{where()} decides by numbers in its inputs")


def check_in_place(result: Any, scope: Scope) -> None:
    """Refuse an in-place operation on a tensor that has views."""
    for tensor in tensors(result):
        place = tensor.untyped_storage().data_ptr()
        around: Scope | None = scope
        while around is not None:
            for value in around.values.values():
                if value.tensor is not tensor and value.tensor.untyped_storage().data_ptr() == place:
                    raise Wrote(f"{where()} writes into a tensor that is also read otherwise")
            around = around.outer
