"""The settings of a pydantic model, of a task or of training, as fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel
from PySide6.QtWidgets import QLineEdit, QWidget

from zoo.errors import ArgumentError
from zoo.files.scalars import resolve
from zoo.values import Scalar
from zoo_gui.panels.setting_words import Part, choices, hint, parts_of
from zoo_gui.panels.values import text_of
from zoo_gui.running.choice import Choice
from zoo_gui.running.fields import Fields
from zoo_gui.running.paths import PathField
from zoo_gui.theme import Theme

_NONE = "none"


class SchemaForm(Fields):
    """A field for each setting but those of ``leave_out``; one that is left as it is has its default."""

    def __init__(self, model: type[BaseModel], theme: Theme, leave_out: Collection[str] = ()) -> None:
        super().__init__()
        self._parts = {name: part for name, part in parts_of(model).items() if name not in leave_out}
        self.fields: dict[str, QWidget] = {}
        for name, part in self._parts.items():
            field = self.fields[name] = _field(part, theme)
            field.setObjectName(name)
            self.add(name.replace("_", " "), field, _about(part), wide=isinstance(field, PathField))

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        for field in self.fields.values():
            if isinstance(field, Choice | PathField):
                field.set_theme(theme)

    def chosen(self) -> dict[str, Scalar]:
        """The settings that were given another value than their default. ArgumentError for what is none."""
        found: dict[str, Scalar] = {}
        for name, field in self.fields.items():
            part = self._parts[name]
            if isinstance(field, Choice):
                if field.currentText() != _default(part):
                    found[name] = _read(name, field.currentText(), part)
            elif isinstance(field, QLineEdit) and field.text().strip():
                found[name] = _read(name, field.text().strip(), part)
        return found


def _field(part: Part, theme: Theme) -> QWidget:
    few = [_bare(each) for each in choices(part)]
    if few:
        choice = Choice(theme)
        default = _default(part)
        choice.addItems([*([default] if default not in few else []), *few])
        choice.setCurrentText(default)
        return choice
    if "path" in {arm.get("format") for arm in _arms(part)}:
        return PathField(theme, _default(part), folders=True)
    return QLineEdit(placeholderText=_default(part))


def _about(part: Part) -> str:
    """What a setting is, on a line, without the marks of a docstring."""
    return " ".join(hint(part).replace("``", "").replace("usually ~", f"usually {_NONE}").split())


def _default(part: Part) -> str:
    default = part.get("default")
    return _NONE if default is None else _bare(text_of(default))


def _bare(word: str) -> str:
    """A word without the quotes that it has in a file, where it would else be a number."""
    return word.strip("'")


def _arms(part: Part) -> list[Mapping[str, Any]]:
    return list(part.get("anyOf", [part]))


def _read(name: str, text: str, part: Part) -> Scalar:
    """What was written as the type that the setting takes."""
    types = {str(arm.get("type")) for arm in _arms(part)}
    if "null" in types and text == _NONE:
        return None
    if "string" in types or "enum" in part:
        return text
    value = resolve(text)
    if isinstance(value, str):
        raise ArgumentError(f"{name.replace('_', ' ')} is a number, got '{text}'")
    return value
