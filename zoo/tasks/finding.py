"""The tasks of all packs, by name."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isabstract
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from zoo.checker.ranges import faults_by_field
from zoo.errors import ChoiceError, PackError, did_you_mean
from zoo.files.scalars import WORDS, resolve
from zoo.files.text import WordError
from zoo.tasks.ports import parse_port
from zoo.tasks.task import Task
from zoo.values import Scalar, Typed


def tasks() -> dict[str, type[Task]]:
    """All valid tasks of the packs, by name; ``broken_tasks`` has the others."""
    return {name: task for name, task in _all().items() if not isinstance(task, PackError)}


def broken_tasks() -> dict[str, PackError]:
    """The invalid tasks of the packs, by name, with what is wrong with them."""
    return {name: error for name, error in _all().items() if isinstance(error, PackError)}


def _all() -> dict[str, type[Task] | PackError]:
    from zoo.packs import registry

    found: dict[str, type[Task] | PackError] = {}
    for name, offered in sorted(registry().tasks.items()):
        try:
            found[name] = checked(name, offered)
        except PackError as error:
            found[name] = error
    return found


def find_task(name: str) -> type[Task]:
    """The task of a name. ChoiceError if there is none, PackError if it is invalid."""
    from zoo.packs import registry

    known = registry().tasks
    if name not in known:
        message = (
            f"there is no task '{name}'{did_you_mean(name, known)}; `zoo tasks` lists them, and `zoo packs` "
            "says which packs could not be loaded"
        )
        raise ChoiceError({"task": message})
    return checked(name, known[name])


def checked(name: str, offered: Any) -> type[Task]:
    """The task that a pack provides. PackError if it violates the contract."""
    if not (isinstance(offered, type) and issubclass(offered, Task)):
        raise PackError(
            f"a task is a class of zoo.tasks.Task, and '{name}' is {offered!r}; derive it from Task"
        )
    missing = [each for each in ("kind", "feeds", "reads", "graph") if not hasattr(offered, each)]
    if isabstract(offered) or missing:
        lacks = [*missing, *sorted(getattr(offered, "__abstractmethods__", ()))]
        raise PackError(f"the task '{name}' ({offered.__qualname__}) lacks {', '.join(lacks)}; add them")
    if not (offered.__doc__ or "").strip():
        raise PackError(f"the docstring of a task is its help, and '{name}' has none; write one")
    for words in [*offered.feeds.values(), *offered.reads.values()]:
        try:
            parse_port(words)
        except ValueError as error:
            raise PackError(f"the task '{name}' has a port `{words}`: {error}") from None
    return offered


def make_task(name: str, settings: Mapping[str, Scalar]) -> Task:
    """A task with settings. ChoiceError names every one that the task lacks, or whose value is refused."""
    kind = find_task(name)
    known = kind.model_fields
    found = {
        setting: f"the task '{name}' has no setting '{setting}'{did_you_mean(setting, known)}; it has "
        f"{', '.join(known) or 'none'}"
        for setting in settings
        if setting not in known
    }
    values: dict[str, Scalar] = {}
    for setting in [each for each in settings if each in known]:
        try:
            values[setting] = _read(kind, setting, settings[setting])
        except WordError as error:
            found[setting] = f"a setting of the task '{name}' is refused: {error}"
    made: Task | None = None
    try:
        made = kind.model_validate(values)
    except ValidationError as error:
        for setting, fault in faults_by_field(kind, error).items():
            found[setting] = f"a setting of the task '{name}' is refused: {fault}"
    if made is None or found:
        raise ChoiceError({f"settings.{setting}": fault for setting, fault in found.items()})
    return made


def _read(kind: type[Task], setting: str, value: Scalar | Path) -> Scalar:
    """The value of a setting. One that was typed is a text where the task takes only texts."""
    if isinstance(value, Path):
        return str(value)
    if not isinstance(value, Typed):
        return value
    schema = kind.model_json_schema()["properties"][setting]
    types = {arm.get("type") for arm in schema.get("anyOf", [schema])}
    if types - {"null"} != {"string"}:
        return resolve(value)
    return None if "null" in types and WORDS.get(value, value) is None else str(value)
