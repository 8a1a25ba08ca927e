"""Settings that are paths: a run that is resumed from another folder finds its files again."""

from __future__ import annotations

from collections.abc import Mapping
from os.path import expanduser
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, WithJsonSchema

from zoo.errors import ChoiceError, did_you_mean
from zoo.values import Scalar

File: TypeAlias = Annotated[
    str,
    AfterValidator(expanduser),  # a shell leaves the ~ in `--with file=~/book.csv` alone
    WithJsonSchema({"type": "string", "format": "path"}),
]
"""The type of a setting that is the path of a file or a folder; it may begin with ``~``."""


def files_of(task: type[BaseModel]) -> set[str]:
    """The settings of a task that are paths of files or folders (``File``)."""
    properties = task.model_json_schema().get("properties", {}).items()
    return {
        name
        for name, schema in properties
        if any(arm.get("format") == "path" for arm in schema.get("anyOf", [schema]))
    }


def look_for(task: BaseModel) -> None:
    """Raise ChoiceError for settings whose file or folder does not exist."""
    missing: dict[str, str] = {}
    for name in files_of(type(task)):
        path = getattr(task, name)
        if path is not None and not Path(path).exists():
            hint = did_you_mean(Path(path).name, _names_in(Path(path).parent))
            missing[f"settings.{name}"] = (
                f"'{name}' names a file or a folder, and there is no {path}{hint}; relative paths lead from "
                f"{Path.cwd()}"
            )
    if missing:
        raise ChoiceError(missing)


def _names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()] if folder.is_dir() else []


def found_from(folder: str, task: type[BaseModel], settings: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Settings that were given in ``folder``, as seen from the working folder.

    Relative paths start from there, unless they no longer exist: a project may have been moved as a whole.
    """
    if not folder or Path(folder) == Path.cwd():
        return dict(settings)
    there = {name: Path(folder, str(settings[name])) for name in files_of(task) & {*settings}}
    return {**settings, **{name: str(path) for name, path in there.items() if path.exists()}}
