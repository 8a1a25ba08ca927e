"""Migrating: how a later version of a layer reads the settings of earlier ones.

    @layer("mine/attend", version=2)
    class Attend(nn.Module):
        @staticmethod
        def migrate(settings: Mapping[str, Any]) -> Mapping[str, Any]: ...

``settings`` are those that a file gives, by name, as it gives them: numbers, words, and expressions of params
where it has these. What comes back is what version 2 is built with. A file names the plain id, as ever, and
means what it meant; settings of the present version come back as they are, so that it may say those as well.
"""

from __future__ import annotations

import inspect
from typing import Any, cast

from zoo.errors import LayerError
from zoo.spec import Migration

_FORM = "write @staticmethod def migrate(settings) that returns settings of this version"


def read_migration(cls: type[Any], version: int) -> Migration | None:
    """The function of a class that reads earlier settings; LayerError for anything else of that name."""
    said = inspect.getattr_static(cls, "migrate", None)
    if said is None:
        return None
    if not isinstance(said, staticmethod) or len(inspect.signature(cls.migrate).parameters) != 1:
        raise LayerError(f"migrate makes settings of earlier ones, and nothing else; {_FORM}")
    if version == 1:
        raise LayerError("migrate reads settings of earlier versions, and version 1 is the first; remove it")
    return cast("Migration", cls.migrate)
