"""Roles: what a layer does to the residual stream of a stack of layers.

    role = "norm"     # the norm of every output vector is independent of the input's scale
    role = "sum"      # the output is the sum of all inputs

Other layers declare no role. From the roles, the checker infers how a stack is built; the examination tests
that they are true.
"""

from __future__ import annotations

import inspect
from typing import Any, cast, get_args

from zoo.errors import LayerError
from zoo.spec import Role


def read_role(cls: type[Any]) -> Role | None:
    """The role that a class declares, if any; LayerError if ``role`` is anything else."""
    said = inspect.getattr_static(cls, "role", None)
    if said is None or (isinstance(said, str) and said in get_args(Role)):
        return cast("Role | None", said)
    words = " or ".join(f'"{word}"' for word in get_args(Role))
    raise LayerError(
        f"role is {words}, and this is {said!r}; write one of these, or leave it out for any other layer"
    )
