"""The middle of a window: the templates to start from, or the canvas with what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from zoo_gui.breadcrumb import Breadcrumb
from zoo_gui.canvas import Canvas
from zoo_gui.files.gallery import Gallery
from zoo_gui.offer import Offer

if TYPE_CHECKING:
    from zoo_gui.window import Window


class Pages(QStackedWidget):
    """Both pages. While the templates are shown, panels and status bar are not."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window
        self._panels_before, self._text_before = QByteArray(), 0
        self.breadcrumb = Breadcrumb(window.workspace)
        self.canvas = Canvas(window.workspace, window.theme)
        self.gallery = Gallery(window)
        templates = window.editor.templates
        self.offer = Offer(
            window.workspace,
            templates,
            lambda name: window.editor.open_template(name, window),
            window.show_gallery,
        )
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.breadcrumb)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.offer)
        self.addWidget(page)
        self.addWidget(self.gallery)

    def show_gallery(self) -> None:
        """Show the templates."""
        window = self._window
        self._panels_before, self._text_before = window.docks.state(), window.editor.looks.text_size
        window.docks.hide()
        self.setCurrentWidget(self.gallery)
        window.status.hide()
        self.gallery.setFocus()

    def leave_gallery(self) -> None:
        """Show the canvas, and everything around it as it was."""
        if self.currentWidget() is not self.gallery:
            return
        window = self._window
        self.setCurrentIndex(0)
        window.status.show()
        window.docks.restore(self._panels_before)
        if window.editor.looks.text_size != self._text_before:
            window.docks.fit_text()
        self.canvas.setFocus()
