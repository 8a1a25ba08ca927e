"""``extra_repr``: how ``print(model)`` shows a layer, derived from its spec.

    (cell): LSTMCell(input=128, hidden=128)

Settings at their defaults are omitted. A compiled graph stores the settings of each layer on it (``KEPT``);
for a layer built by hand, only the settings that it stores as attributes of the same name are known.
"""

from __future__ import annotations

from typing import Any

from zoo.spec import LayerSpec

KEPT = "__zoo_settings__"
"""The attribute that holds the settings of a layer built by a compiled graph."""

_PLAIN = (bool, int, float, str, tuple, type(None))


def shown_settings(self: Any) -> str:
    """The settings of a layer that differ from their defaults: ``input=128, hidden=128``."""
    known: dict[str, Any] = self.__dict__
    settings: dict[str, Any] = known.get(KEPT, {})
    spec: LayerSpec = self.__zoo_spec__
    parts: list[str] = []
    for name, field in spec.settings.model_fields.items():
        value = settings.get(name, field.default)
        if KEPT not in known and known.get(name) is not None:  # None may be an absent parameter: bias=None
            value = known[name]
        if isinstance(value, _PLAIN) and (field.is_required() or value != field.default):
            parts.append(f"{name}={value!r}")
    return ", ".join(parts)
