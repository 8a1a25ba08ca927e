"""Roles: what a layer is to the stream that runs through a stack of residual layers.

    role = "norm"     # every vector comes out at one size, however large it came in
    role = "sum"      # out is the sum of all that comes in

A layer of another kind says nothing. The checker knows by this how a stack is built, and the examination
tries whether it is so.
"""

from __future__ import annotations

import inspect
from typing import Any, cast, get_args

from zoo.errors import LayerError
from zoo.spec import Role


def read_role(cls: type[Any]) -> Role | None:
    """The role that a class names, if any; LayerError for anything else of that name."""
    said = inspect.getattr_static(cls, "role", None)
    if said is None or (isinstance(said, str) and said in get_args(Role)):
        return cast("Role | None", said)
    words = " or ".join(f'"{word}"' for word in get_args(Role))
    raise LayerError(
        f"role is {words}, and this is {said!r}; write one of these, or leave it out for any other layer"
    )
