"""``extra_repr``: what ``print(model)`` shows of a layer, read from its spec.

    (cell): LSTMCell(input=128, hidden=128)

Settings at their defaults are left out. A compiled graph leaves each layer the settings that it was made with
(``KEPT``); of a layer that was made by hand, those are known that it keeps under their own names.
"""

from __future__ import annotations

from typing import Any

from zoo.spec import LayerSpec

KEPT = "__zoo_settings__"
"""The attribute with the settings of a layer that a compiled graph has made."""

_PLAIN = (bool, int, float, str, tuple, type(None))


def shown_settings(self: Any) -> str:
    """The settings of a layer that are not at their defaults: ``input=128, hidden=128``."""
    known: dict[str, Any] = self.__dict__
    settings: dict[str, Any] = known.get(KEPT, {})
    spec: LayerSpec = self.__zoo_spec__
    parts: list[str] = []
    for name, field in spec.settings.model_fields.items():
        value = settings.get(name, field.default)
        if KEPT not in known and known.get(name) is not None:  # None stands for a weight that is not there
            value = known[name]
        if isinstance(value, _PLAIN) and (field.is_required() or value != field.default):
            parts.append(f"{name}={value!r}")
    return ", ".join(parts)
