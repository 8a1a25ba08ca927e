"""Pictures of graphs as files: what the canvas shows of each body, the whole graph first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from zoo.checker import Resolution, resolve
from zoo.errors import ZooError
from zoo.files import write_bytes
from zoo.graph import Graph
from zoo.packs import registry
from zoo_gui.canvas.drawing import Drawer
from zoo_gui.canvas.picture import Picture
from zoo_gui.canvas.placing import Placing
from zoo_gui.canvas.scene import Scene
from zoo_gui.canvas.style import Style
from zoo_gui.theme import DARK, LIGHT

MARGIN, CAPTION, BETWEEN = 24.0, 34.0, 30.0
LARGEST = 16_000
"""Pixels along a side: more than any picture of a graph that one can read."""


def draw(graph: Graph, path: Path, *, inner: bool = True, dark: bool = False, scale: float = 1.0) -> None:
    """Draw a graph into a file, by its suffix an SVG or a PNG; with ``inner`` also what its boxes hold.

    An application must be there, on any platform of Qt's. Raises ZooError for other files, for pictures that
    are too large, and where the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in {".svg", ".png"}:
        raise ZooError(
            f"a picture is an .svg or a .png, and '{path.name}' is neither; give it another suffix"
        )
    theme = DARK if dark else LIGHT
    style = Style(theme)
    resolution = resolve(graph)
    parts = [
        (caption, _scene(graph, scope, resolution, style))
        for caption, scope in _bodies(graph, resolution, inner)
    ]
    rects = [scene.drawn() for _, scene in parts]
    width = max(rect.width() for rect in rects) + 2 * MARGIN
    height = sum(rect.height() for rect in rects) + len(parts[1:]) * (CAPTION + BETWEEN) + 2 * MARGIN
    size = QSize(round(width * scale), round(height * scale))
    if max(size.width(), size.height()) > LARGEST:
        raise ZooError(
            f"the picture would be {size.width()} × {size.height()}, and may be {LARGEST} along a side; "
            "draw it without what its boxes hold (--flat), or smaller"
        )
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    device = (
        _svg(buffer, graph, size, width, height)
        if kind == ".svg"
        else QImage(size, QImage.Format.Format_RGB32)
    )
    painter = QPainter(device)
    if isinstance(device, QImage):
        painter.scale(scale, scale)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.fillRect(QRectF(0, 0, width, height), theme.background)
    _paint(painter, style, parts, rects, width)
    painter.end()
    if isinstance(device, QImage):
        device.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType] - PySide takes text, its types do not
    write_bytes(path, bytes(buffer.data().data()))


def _svg(buffer: QBuffer, graph: Graph, size: QSize, width: float, height: float) -> QSvgGenerator:
    device = QSvgGenerator()
    device.setOutputDevice(buffer)
    device.setResolution(96)  # as browsers count
    device.setSize(size)
    device.setViewBox(QRectF(0, 0, width, height))
    device.setTitle(graph.name)
    device.setDescription(graph.about)
    return device


def _paint(
    painter: QPainter, style: Style, parts: Sequence[tuple[str, Scene]], rects: Sequence[QRectF], width: float
) -> None:
    """The bodies one below the other, each but the first with a line and its caption above it."""
    top = MARGIN
    for (caption, scene), rect in zip(parts, rects, strict=True):
        if caption:
            top += BETWEEN
            painter.setPen(style.theme.border)
            painter.drawLine(QPointF(MARGIN, top - BETWEEN / 2), QPointF(width - MARGIN, top - BETWEEN / 2))
            painter.setPen(style.theme.text)
            painter.setFont(style.title)
            painter.drawText(QRectF(MARGIN, top, width, CAPTION), Qt.AlignmentFlag.AlignVCenter, caption)
            top += CAPTION
        scene.render(painter, QRectF(MARGIN, top, rect.width(), rect.height()), rect)
        top += rect.height()


def _bodies(graph: Graph, resolution: Resolution, inner: bool) -> Iterator[tuple[str, str]]:
    """The bodies of a graph, each once, with what stands above it."""
    seen = {""}
    waiting = [("", "")]
    while waiting:
        caption, scope = waiting.pop(0)
        yield caption, scope
        picture = Drawer().draw(graph, scope, resolution, registry().find)
        for box in picture.boxes.values() if inner else ():
            if box.inner is not None and box.inner not in seen:
                seen.add(box.inner)
                waiting.append((f"{box.title}: {box.detail.partition(' · ')[0]}", box.inner))


def _tidy(picture: Picture) -> Picture:
    """A picture without what only an editor needs: ports that nothing is wired to and that need no wire."""
    boxes = {
        pick: replace(
            box,
            inlets=tuple(inlet for inlet in box.inlets if inlet.wired or not (inlet.optional or inlet.more)),
            outlets=tuple(outlet for outlet in box.outlets if outlet.read or not outlet.on_demand),
        )
        for pick, box in picture.boxes.items()
    }
    return replace(picture, boxes=boxes)


def _scene(graph: Graph, scope: str, resolution: Resolution, style: Style) -> Scene:
    picture = _tidy(Drawer().draw(graph, scope, resolution, registry().find))
    placing = Placing()
    places = placing.places(picture, graph.layout, scope)
    scene = Scene(style)
    scene.show_picture(picture, places, placing)
    return scene


def application() -> QGuiApplication:
    """The application that drawing needs; one that shows nothing, where there is none yet."""
    from PySide6.QtWidgets import QApplication

    found = QApplication.instance()
    return (
        found if isinstance(found, QGuiApplication) else QApplication(["layerzoo", "-platform", "offscreen"])
    )
