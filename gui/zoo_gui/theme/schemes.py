"""The three themes."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QColor

from zoo_gui.theme.theme import Theme


def _colours(*names: str) -> tuple[QColor, ...]:
    return tuple(QColor(name) for name in names)


LIGHT = Theme(
    name="Light",
    dark=False,
    window=QColor("#eef0f4"),
    panel=QColor("#fbfbfd"),
    field=QColor("#ffffff"),
    hover=QColor("#e4e9f2"),
    border=QColor("#d3d8e1"),
    text=QColor("#1b2230"),
    muted=QColor("#5b6577"),
    accent=QColor("#2563d4"),
    on_accent=QColor("#ffffff"),
    background=QColor("#f4f5f8"),
    grid=QColor("#e1e5ec"),
    node=QColor("#ffffff"),
    node_border=QColor("#b9c1ce"),
    node_text=QColor("#1b2230"),
    node_detail=QColor("#5b6577"),
    port=QColor("#5b6577"),
    wire=QColor("#8490a3"),
    wire_text=QColor("#455065"),
    feedback=QColor("#8a4fbf"),
    selection=QColor("#2563d4"),
    fits=QColor("#0a7f5a"),
    misfit=QColor("#c4302b"),
    error=QColor("#c4302b"),
    warning=QColor("#985f00"),
    note=QColor("#2563d4"),
    success=QColor("#0a7f5a"),
    syntax_key=QColor("#1f4fa8"),
    syntax_number=QColor("#a2420d"),
    syntax_text=QColor("#1b2230"),
    syntax_comment=QColor("#58637a"),
    syntax_param=QColor("#7b3fa8"),
    categories=_colours(
        "#d98c00", "#3aa0dc", "#009e73", "#b8a500", "#0072b2", "#d55e00", "#c0609c", "#7a8496", "#6a4fb3"
    ),
)

DARK = Theme(
    name="Dark",
    dark=True,
    window=QColor("#1a1d23"),
    panel=QColor("#21252c"),
    field=QColor("#191c22"),
    hover=QColor("#2d333d"),
    border=QColor("#363d48"),
    text=QColor("#e4e7ec"),
    muted=QColor("#9da6b5"),
    accent=QColor("#5c9dff"),
    on_accent=QColor("#0b1220"),
    background=QColor("#15181d"),
    grid=QColor("#22262e"),
    node=QColor("#262b34"),
    node_border=QColor("#48515f"),
    node_text=QColor("#eef0f4"),
    node_detail=QColor("#a9b2c0"),
    port=QColor("#a9b2c0"),
    wire=QColor("#707c8f"),
    wire_text=QColor("#b4bdca"),
    feedback=QColor("#c39bf0"),
    selection=QColor("#5c9dff"),
    fits=QColor("#45c496"),
    misfit=QColor("#ff7b72"),
    error=QColor("#ff7b72"),
    warning=QColor("#e9b04c"),
    note=QColor("#7db2ff"),
    success=QColor("#45c496"),
    syntax_key=QColor("#8ab8ff"),
    syntax_number=QColor("#f2a977"),
    syntax_text=QColor("#dfe3ea"),
    syntax_comment=QColor("#97a1b3"),
    syntax_param=QColor("#cfa8ff"),
    categories=_colours(
        "#e69f00", "#56b4e9", "#1fb589", "#e0d13d", "#4c93d6", "#e87a34", "#d98abb", "#98a2b3", "#9d86e0"
    ),
)

HIGH_CONTRAST = Theme(
    name="High contrast",
    dark=True,
    window=QColor("#000000"),
    panel=QColor("#000000"),
    field=QColor("#000000"),
    hover=QColor("#333333"),
    border=QColor("#ffffff"),
    text=QColor("#ffffff"),
    muted=QColor("#e6e6e6"),
    accent=QColor("#ffe14d"),
    on_accent=QColor("#000000"),
    background=QColor("#000000"),
    grid=QColor("#2b2b2b"),
    node=QColor("#0d0d0d"),
    node_border=QColor("#ffffff"),
    node_text=QColor("#ffffff"),
    node_detail=QColor("#f2f2f2"),
    port=QColor("#ffffff"),
    wire=QColor("#dddddd"),
    wire_text=QColor("#ffffff"),
    feedback=QColor("#e5b3ff"),
    selection=QColor("#ffe14d"),
    fits=QColor("#5dffb6"),
    misfit=QColor("#ff8f87"),
    error=QColor("#ff8f87"),
    warning=QColor("#ffc14d"),
    note=QColor("#8cc8ff"),
    success=QColor("#5dffb6"),
    syntax_key=QColor("#8cc8ff"),
    syntax_number=QColor("#ffc999"),
    syntax_text=QColor("#ffffff"),
    syntax_comment=QColor("#d0d0d0"),
    syntax_param=QColor("#e5b3ff"),
    categories=_colours(
        "#ffb000", "#6cc7ff", "#2ee6a8", "#fff04d", "#5aa7ff", "#ff8a3d", "#ffa1dc", "#d0d0d0", "#b9a0ff"
    ),
)

THEMES: Mapping[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK, HIGH_CONTRAST)}


def theme_named(name: str) -> Theme:
    """The theme of that name; Dark for a name that no theme has (of a newer version's settings)."""
    return THEMES.get(name, DARK)
