"""Pictures that a probe has drawn: as wide as there is room, in a window of their own by a click."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QIcon, QImage, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from zoo_gui.background import Background

_PAUSE = 120
_MARGIN = 52
"""Pixels beside a picture: the edges of its button and of the page, the scroll bar."""
_TALL = 1.3
"""A picture that is so many times as high as it is wide is scrolled through; others are seen whole."""
_LEAST = 300
"""Pixels of height in which one can be read."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture: what it is of, and its file."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """Pictures to read, and the pixels that there is room for, of which ``ratio`` make one of Qt's."""

    drawn: tuple[Drawn, ...]
    room: QSize
    ratio: float


@dataclass(frozen=True, slots=True)
class _Fitted:
    drawn: tuple[Drawn, ...] = ()
    images: tuple[QImage, ...] = ()


class Pictures(QScrollArea):
    """Pictures under each other, read and made to fit in a thread of its own."""

    def __init__(self) -> None:
        super().__init__(widgetResizable=True)
        self.setProperty("bare", True)
        self.setAccessibleName("Pictures")
        self._drawn: list[Drawn] = []
        self.buttons: list[QToolButton] = []
        page = QWidget()
        self._layout = QVBoxLayout(page)
        self.hint = QLabel(
            "A probe of gradients, recurrence or attention draws its pictures here.", wordWrap=True
        )
        self.hint.setProperty("muted", True)
        self._layout.addWidget(self.hint)
        self._layout.addStretch(1)
        self.setWidget(page)
        self._reader = Background("pictures", _read, self)
        self._reader.done.connect(self._show)
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE)
        self._soon.timeout.connect(self._ask)

    def begin(self) -> None:
        """Begin without pictures."""
        self._drawn = []
        self._show(_Fitted())

    def add(self, title: str, path: str) -> None:
        """Show one more."""
        self._drawn.append(Drawn(title, path))
        self._ask()

    def close_reader(self) -> None:
        """End the thread."""
        self._soon.stop()
        self._reader.close()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Now it is known how much room there is."""
        super().showEvent(event)
        self._soon.start()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if self._drawn and event.size().width() != event.oldSize().width():
            self._soon.start()

    def _ask(self) -> None:
        if not self.isVisible():
            return
        ratio, room = self.devicePixelRatioF(), self.viewport().size() - QSize(_MARGIN, _MARGIN)
        self._reader.ask(_Asked(tuple(self._drawn), room.expandedTo(QSize(_LEAST, _LEAST)) * ratio, ratio))

    def _show(self, found: _Fitted) -> None:
        if list(found.drawn) != self._drawn:
            return  # of the run before
        for button in self.buttons:
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        self.hint.setVisible(not found.drawn)
        for each, image in zip(found.drawn, found.images, strict=True):
            button = QToolButton()
            button.setProperty("flat", True)
            button.setAccessibleName(f"Picture of {each.title}")
            button.setToolTip(f"{each.title}: open it in a window of its own")
            button.setIcon(QIcon(QPixmap.fromImage(image)))
            button.setIconSize(image.deviceIndependentSize().toSize())
            button.clicked.connect(partial(self.enlarge, each))
            self._layout.insertWidget(self._layout.count() - 1, button, 0, Qt.AlignmentFlag.AlignHCenter)
            self.buttons.append(button)

    def enlarge(self, drawn: Drawn) -> QDialog:
        """Show a picture in a window of its own."""
        window = PictureWindow(drawn, self.window())
        window.show()
        return window


class PictureWindow(QDialog):
    """One picture as large as it is, which can be kept."""

    def __init__(self, drawn: Drawn, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(drawn.title.capitalize())
        self._path = drawn.path
        picture = QLabel()
        picture.setPixmap(QPixmap(drawn.path))
        picture.setAccessibleName(f"Picture of {drawn.title}")
        area = QScrollArea(alignment=Qt.AlignmentFlag.AlignCenter)
        area.setWidget(picture)
        self.said = QLabel(wordWrap=True)
        self.save_button = QPushButton("Save as…")
        self.save_button.clicked.connect(self._save)
        below = QHBoxLayout()
        below.addWidget(self.said, 1)
        below.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.addWidget(area)
        layout.addLayout(below)
        room = parent.screen().availableSize() * 0.9
        self.resize((picture.sizeHint() + QSize(40, 90)).boundedTo(room))

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the picture", Path(self._path).name, "PNG (*.png)")
        if not name:
            return
        try:
            shutil.copyfile(self._path, name)
        except OSError as error:
            self.said.setText(f"cannot write {name}: {error.strerror or error}; choose another place")
        else:
            self.said.setText(f"saved as {name}")


def _read(asked: _Asked) -> _Fitted:
    """The pictures, no larger than the room."""
    images: list[QImage] = []
    for each in asked.drawn:
        image = QImage(each.path)
        room = QSize(asked.room)
        if image.height() > _TALL * image.width():
            room.setHeight(image.height())
        if image.width() > room.width() or image.height() > room.height():
            ratio, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            image = image.scaled(room, ratio, smooth)
        image.setDevicePixelRatio(asked.ratio)
        images.append(image)
    return _Fitted(asked.drawn, tuple(images))
