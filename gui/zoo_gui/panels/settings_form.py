"""The settings of a node as lines of a form, made from the JSON schema of the layer's settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from PySide6.QtWidgets import QLabel, QWidget

from zoo.edits import Edit, SetSetting, UnsetSetting
from zoo.errors import EditError
from zoo.graph import EMPTY, Call, Frozen, Repeat, Value
from zoo.sizes import Name, Op
from zoo.spec import LayerSpec
from zoo_gui.panels.fixes import lacking
from zoo_gui.panels.form import Form
from zoo_gui.panels.setting_words import Part, choices, hint, is_plain, parts_of
from zoo_gui.panels.values import read_value, text_of
from zoo_gui.places import place_of
from zoo_gui.resolved import Known
from zoo_gui.workspace import Workspace

NEEDED = "needed"
"""Stands in a field that must not stay empty."""


class SettingsForm:
    """Adds a line for every setting of a layer to a form."""

    def __init__(self, workspace: Workspace, name: str, node: Call | Repeat, form: Form) -> None:
        self._workspace, self._name, self._node, self._form = workspace, name, node, form
        self._scope = workspace.scope

    def layer(self, spec: LayerSpec, known: Known | None) -> None:
        """The settings of a layer, those that it does not have too, if they are given."""
        parts = parts_of(spec.settings)
        solved: Mapping[str, Any] = known.layer.settings if known and known.layer else EMPTY
        needed = self._lacking()
        for setting, part in parts.items():
            field = spec.settings.model_fields[setting]
            adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
            self._line(
                setting,
                NEEDED if setting in needed else _placeholder(setting, part, spec, solved),
                hint(part),
                choices(part),
                adapter,
            )
        self._unknown(parts)

    def block(self, params: Mapping[str, Value]) -> None:
        """The params of a block."""
        for param, value in params.items():
            self._line(param, NEEDED if value is None else text_of(value), "a param of the block", (), None)
        self._unknown(params)

    def missing(self) -> None:
        """The settings that are given, of a layer that no pack offers."""
        self._unknown(())

    def _lacking(self) -> Collection[str]:
        """The settings that the checker has found to be needed and not there."""
        resolution, here = self._workspace.resolution, (self._scope, self._name)
        lacks = [problem for problem in resolution.problems if lacking(problem)] if resolution else []
        return [lacking(each) for each in lacks if place_of(self._workspace.graph, each.path) == here]

    def _unknown(self, known: Iterable[str]) -> None:
        varied = self._node.vary if isinstance(self._node, Repeat) else EMPTY
        for setting in {**self._node.settings, **varied}:
            if setting not in known:
                self._line(setting, "", "the layer has no such setting", (), None)

    def _line(
        self,
        setting: str,
        placeholder: str,
        takes: str,
        words: Iterable[str],
        adapter: TypeAdapter[Any] | None,
    ) -> None:
        varied = self._node.vary.get(setting) if isinstance(self._node, Repeat) else None
        given = setting in self._node.settings
        text = text_of(self._node.settings[setting]) if given else ""
        if varied is not None:
            placeholder, takes = f"by layer: {text_of(varied)}", f"{takes}; a value here is for every layer"
        params = [f"${name}" for name in _params(self._workspace)]
        label: QWidget = QLabel(setting)
        if given:
            label.setProperty("heading", True)
        self._form.line(
            setting,
            text,
            lambda text: self._write(setting, text, adapter),
            placeholder=placeholder,
            hint=takes,
            suggestions=[*words, *params],
            label=label,
        )

    def _write(self, setting: str, text: str, adapter: TypeAdapter[Any] | None) -> None:
        edit: Edit
        if not text:
            edit = UnsetSetting(self._scope, self._name, setting)
        else:
            value = read_value(text)
            _check(value, adapter)
            edit = SetSetting(self._scope, self._name, setting, value)
        self._workspace.document.apply(edit)


def _params(workspace: Workspace) -> Iterable[str]:
    """The params that may be used where the person is."""
    block, _, _ = workspace.scope.removeprefix("#").partition(".")
    graph = workspace.graph
    return graph.blocks[block].params if workspace.scope.startswith("#") else graph.params


def _check(value: Value, adapter: TypeAdapter[Any] | None) -> None:
    """EditError when a value is none of those that the setting takes; expressions are the checker's."""
    if adapter is None or _has_params(value):
        return
    try:
        adapter.validate_python(value, strict=not isinstance(value, tuple))
    except ValidationError as error:
        said = error.errors()[0]["msg"]
        raise EditError(f"{said[:1].lower()}{said[1:]}, got {text_of(value)}") from None


def _has_params(value: Value) -> bool:
    if isinstance(value, Frozen):
        return any(map(_has_params, value.values()))
    return any(map(_has_params, value)) if isinstance(value, tuple) else isinstance(value, Name | Op)


def _placeholder(setting: str, part: Part, spec: LayerSpec, solved: Mapping[str, Any]) -> str:
    if setting in spec.widths and setting in solved:
        return f"solved: {solved[setting]}"
    if setting in spec.widths:
        return "solved from the wires"
    if part.get("default", ...) is None:
        return "none"
    return text_of(part["default"]) if "default" in part and is_plain(part["default"]) else NEEDED
