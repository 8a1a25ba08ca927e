"""A theme: every colour of the editor, named by what it means."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

from zoo_gui.theme.category import slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours by meaning. No colour stands alone: whatever it says, a shape, a word or a stroke says too."""

    name: str
    dark: bool

    # the window around the canvas
    window: QColor
    panel: QColor
    field: QColor
    hover: QColor
    border: QColor
    text: QColor
    muted: QColor
    accent: QColor
    on_accent: QColor
    """Text on ``accent``."""

    # the canvas
    background: QColor
    grid: QColor
    node: QColor
    node_border: QColor
    node_text: QColor
    node_detail: QColor
    """Settings and port names inside a box."""
    port: QColor
    wire: QColor
    wire_text: QColor
    feedback: QColor
    """Wires back in time."""
    selection: QColor
    fits: QColor
    """A port that the dragged wire fits."""
    misfit: QColor

    # findings
    error: QColor
    warning: QColor
    note: QColor
    success: QColor

    # the text of a file
    syntax_key: QColor
    syntax_number: QColor
    syntax_text: QColor
    syntax_comment: QColor
    syntax_param: QColor

    categories: tuple[QColor, ...]
    """Colours of packs, told apart by colour-blind people too (after Okabe and Ito, 2008)."""

    def category(self, name: str) -> QColor:
        """The colour of a category: the part of a use before the slash (``zoo_gui.theme.category_of``)."""
        return self.categories[slot(name, len(self.categories))]

    def severity(self, severity: str) -> QColor:
        """The colour of a problem."""
        return {"error": self.error, "warning": self.warning}.get(severity, self.note)
