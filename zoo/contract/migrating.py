"""Migrating: a later version of a layer converts the settings of earlier ones.

    @layer("mine/attend", version=2)
    class Attend(nn.Module):
        @staticmethod
        def migrate(settings: Mapping[str, Any]) -> Mapping[str, Any]: ...

``settings`` are those in the file, by name and as written there: numbers, strings and, possibly, expressions
of params. Version 2 is built with the settings that ``migrate`` returns. A file that uses the plain id keeps
its meaning; ``migrate`` must return settings of the current version unchanged, so that a file may use those
as well.
"""

from __future__ import annotations

import inspect
from typing import Any, cast

from zoo.errors import LayerError
from zoo.spec import Migration

_FORM = "write @staticmethod def migrate(settings) that returns settings of this version"


def read_migration(cls: type[Any], version: int) -> Migration | None:
    """The ``migrate`` function of a class, if any; LayerError if ``migrate`` is anything else."""
    said = inspect.getattr_static(cls, "migrate", None)
    if said is None:
        return None
    if not isinstance(said, staticmethod) or len(inspect.signature(cls.migrate).parameters) != 1:
        raise LayerError(f"migrate makes settings of earlier ones, and nothing else; {_FORM}")
    if version == 1:
        raise LayerError("migrate reads settings of earlier versions, and version 1 is the first; remove it")
    return cast("Migration", cls.migrate)
