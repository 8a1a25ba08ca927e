"""The settings of a pydantic model, of a task or of training, as fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from PySide6.QtWidgets import QLineEdit, QWidget

from zoo.checker.ranges import sentence, shown
from zoo.files.scalars import resolve
from zoo.files.text import WordError
from zoo.values import Scalar
from zoo_gui.panels.setting_words import Part, choices, hint, parts_of, takes
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
        self._model = model
        self._parts = {name: part for name, part in parts_of(model).items() if name not in leave_out}
        self.fields: dict[str, QWidget] = {}
        for name, part in self._parts.items():
            field = self.fields[name] = _field(part, theme)
            field.setObjectName(name)
            self.add(name, field, _about(part), wide=isinstance(field, PathField))
            self.rename(name, name.replace("_", " "))

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        for field in self.fields.values():
            if isinstance(field, Choice | PathField):
                field.set_theme(theme)

    def chosen(self) -> dict[str, Scalar]:
        """The settings that were given another value than their default. ArgumentError for what is none."""
        self.accept()
        found: dict[str, Scalar] = {}
        for name, field in self.fields.items():
            part = self._parts[name]
            if isinstance(field, Choice):
                if field.currentText() != _default(part):
                    found[name] = self._read(name, field.currentText())
            elif isinstance(field, QLineEdit) and field.text().strip():
                found[name] = self._read(name, field.text().strip())
        return found

    def _read(self, name: str, text: str) -> Scalar:
        """What was written in a field, as the setting takes it."""
        part, field = self._parts[name], self._model.model_fields[name]
        adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
        must = f"{self.shown_name(name)} must be {_takes(part)}"
        try:
            value = _value(text, part)
            adapter.validate_python(value, strict=bool(_types(part) & {"integer", "number"}))
        except WordError as error:  # its remedy is for a file
            raise self.refuse(name, f"{must}; {error.message}") from None
        except ValidationError as error:
            fault = error.errors()[0]
            if fault["type"] in {"value_error", "assertion_error"}:
                why = f"{self.shown_name(name)}: {sentence(fault)}, got {shown(text)}"
                raise self.refuse(name, why) from None
            raise self.refuse(name, f"{must}, got {shown(text)}") from None
        return value


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


def _takes(part: Part) -> str:
    """What a field takes."""
    return takes(part) + (f" or {_NONE}" if "null" in _types(part) else "")


def _about(part: Part) -> str:
    """What a setting is, on a line, without the marks of a docstring."""
    said = hint(part).replace("usually ~", f"usually {_NONE}").replace("None ", f"{_NONE} ")
    return " ".join(said.replace("``", "").split())


def _default(part: Part) -> str:
    default = part.get("default")
    return _NONE if default is None else _bare(text_of(default))


def _bare(word: str) -> str:
    """A word without the quotes that it has in a file, where it would else be a number."""
    return word.strip("'")


def _arms(part: Part) -> list[Mapping[str, Any]]:
    return list(part.get("anyOf", [part]))


def _types(part: Part) -> set[str]:
    return {str(arm.get("type")) for arm in _arms(part)}


def _value(text: str, part: Part) -> Scalar:
    """What was written as the type that the setting takes; WordError for a number that is none."""
    types = _types(part)
    if "null" in types and text == _NONE:
        return None
    return text if "string" in types or "enum" in part else resolve(text)
