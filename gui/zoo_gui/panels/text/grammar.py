"""What may be written at a place of a graph file, by the JSON schema that text editors get too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zoo.files.schema import Schema, schema
from zoo.packs import Registry
from zoo_gui.panels.text.nesting import Entry


class Grammar:
    """The schema of graph files with the layers of a registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._schema = schema(registry)

    def keys(self, root: Entry, path: tuple[str, ...]) -> dict[str, str]:
        """The keys that have a meaning inside a path, with what each is for."""
        found: dict[str, str] = {}
        for part, entry in self._at(root, path):
            for whole in self._parts(part, entry):
                for key, value in whole.get("properties", {}).items():
                    found[key] = found.get(key) or self._about(value)
        return found

    def values(self, root: Entry, path: tuple[str, ...]) -> dict[str, str]:
        """The words that a value may be, where these are few, with what each means."""
        found: dict[str, str] = {}
        for part, entry in self._at(root, path):
            for whole in self._parts(part, entry):
                for value in [*_listed(whole)]:
                    found.setdefault(value, str(whole.get("description", "")))
        return found

    def _at(self, root: Entry, path: tuple[str, ...]) -> list[tuple[Schema, Entry]]:
        places = [(self._schema, root)]
        for key in path:
            places = [
                (value, entry.inside(key))
                for part, entry in places
                for whole in self._parts(part, entry)
                for value in _values(whole, key)
            ]
        return places

    def _parts(self, part: Schema, entry: Entry) -> Iterator[Schema]:
        """A schema with all that it refers to, as far as it concerns what is written."""
        yield part
        if "$ref" in part:
            yield from self._parts(self._named(part["$ref"]), entry)
        for key in ("anyOf", "allOf"):
            for each in part.get(key, ()):
                yield from self._parts(each, entry)
        if "if" in part:
            branch = part.get("then" if _holds(part["if"], entry) else "else")
            if branch is not None:
                yield from self._parts(branch, entry)

    def _about(self, part: Schema) -> str:
        said = part.get("description") or (
            self._named(part["$ref"]).get("description") if "$ref" in part else ""
        )
        return str(said or "")

    def _named(self, reference: str) -> Schema:
        return self._schema["$defs"][reference.removeprefix("#/$defs/")]


def _holds(condition: Schema, entry: Entry) -> bool:
    """Whether what is written meets a condition of the schema: certain keys, certain words."""
    if any(key not in entry.entries for key in condition.get("required", ())):
        return False
    allowed: dict[str, Any] = condition.get("properties", {})
    return all(
        key not in entry.entries or entry.entries[key].words in part.get("enum", ())
        for key, part in allowed.items()
    )


def _values(part: Schema, key: str) -> Iterator[Schema]:
    properties = part.get("properties", {})
    if key in properties:
        yield properties[key]
    elif isinstance(part.get("additionalProperties"), dict):
        yield part["additionalProperties"]


def _listed(part: Schema) -> Iterator[str]:
    if isinstance(part.get("const"), str):
        yield part["const"]
    yield from (value for value in part.get("enum", ()) if isinstance(value, str))
    if part.get("type") == "boolean":
        yield from ("true", "false")
