"""A window that shows how two texts differ."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from zoo_gui.theme import Theme


class _Signs(QSyntaxHighlighter):
    """Lines that came and went, each in its colour; the sign at their beginning says it too."""

    def __init__(self, editor: QPlainTextEdit, theme: Theme) -> None:
        super().__init__(editor.document())
        self._colours = {"+": theme.success, "-": theme.error, "@": theme.muted}

    def highlightBlock(self, text: str) -> None:  # noqa: N802 - Qt's name
        colour = self._colours.get(text[:1])
        if colour is not None:
            style = QTextCharFormat()
            style.setForeground(colour)
            self.setFormat(0, len(text), style)


class Comparison(QDialog):
    """Shows a difference as ``diff -u`` writes it; an empty one in words."""

    def __init__(self, text: str, parent: QWidget, theme: Theme | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Compare with the file")
        self.resize(760, 520)
        layout = QVBoxLayout(self)
        layout.addWidget(
            QLabel("− is in the file, + is here." if text else "The graph is what the file holds.")
        )
        self.view = QPlainTextEdit(text, readOnly=True)
        self.view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.view.setAccessibleName("Difference")
        layout.addWidget(self.view)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        theme = theme or getattr(parent, "theme", None)
        if theme is not None:
            self._signs = _Signs(self.view, theme)
