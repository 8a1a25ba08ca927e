"""Frozen nodes: by a key, by the menu at the pointer, by the box of the inspector; they look different."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton

from zoo.edits import SetField
from zoo.files import dumps, loads
from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.box_paint import paint_box
from zoo_gui.canvas.menu import menu_for
from zoo_gui.canvas.style import Style
from zoo_gui.canvas.tips import of_box
from zoo_gui.panels.inspector import Inspector
from zoo_gui.places import frozen_by
from zoo_gui.selection import Pick
from zoo_gui.theme import THEMES, Theme
from zoo_gui.window import Window

EMBED, LAYER = Pick("node", "embed"), Pick("node", "layer")


def frozen(window: Window) -> list[str]:
    """The nodes that look frozen."""
    return [pick.name for pick, item in window.canvas.scene_.boxes.items() if item.box.frozen]


def test_a_key_freezes_what_is_selected_and_frees_it_again(window: Window) -> None:
    window.show()
    workspace, freeze = window.workspace, window.menus.actions["graph.freeze"]
    workspace.select([EMBED])
    window.menus.refresh()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    QTest.keyClick(window.canvas, Qt.Key.Key_F, both)
    assert "dim: $dim}, freeze: true, in: tokens}  # kept" in dumps(workspace.graph)
    assert frozen(window) == ["embed"]
    workspace.select([EMBED, LAYER])
    window.menus.call("graph.freeze")
    assert frozen(window) == ["embed", "layer"]
    window.menus.refresh()
    assert freeze.isChecked()
    window.menus.call("graph.freeze")
    assert frozen(window) == []
    workspace.undo()
    workspace.undo()
    assert frozen(window) == ["embed"]
    workspace.select([Pick("input", "tokens")])
    window.menus.refresh()
    assert not freeze.isEnabled()


def test_the_menu_at_the_pointer_says_what_it_would_do(window: Window) -> None:
    canvas = window.canvas
    at = canvas.scene_.boxes[LAYER].frame.center()
    for word in ("Freeze", "Unfreeze"):
        (action,) = [each for each in menu_for(canvas, at).actions() if each.text() == word]
        action.trigger()
    assert frozen(window) == []
    assert [window.workspace.document.can_undo, window.workspace.document.can_redo] == [True, False]


def test_the_box_of_the_inspector_is_ticked_with_the_mouse(window: Window) -> None:
    inspector = window.panel("inspector")
    assert isinstance(inspector, Inspector)
    window.workspace.select([EMBED])
    inspector.show_now()
    page = inspector.widget()
    assert page is not None
    box = page.findChild(QCheckBox, "freeze")
    assert isinstance(box, QCheckBox)
    option = QStyleOptionButton()
    box.initStyleOption(option)
    mark = box.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, box)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=mark.center())
    assert frozen(window) == ["embed"]
    window.workspace.undo()
    inspector.show_now()
    page = inspector.widget()
    assert page is not None
    box = page.findChild(QCheckBox, "freeze")
    assert isinstance(box, QCheckBox)
    assert not box.isChecked()


def test_what_is_in_a_frozen_scan_is_frozen_with_it() -> None:
    graph = loads(
        "format: zoo/1\nname: x\nnodes:\n  walk:\n    scan:\n      over: time\n      freeze: true\n"
        "      nodes:\n        cell: {use: a/b}\n        again: {reuse: free}\n"
        "  free: {use: a/b}\n  cold: {use: a/b, freeze: true}\n  twin: {reuse: cold}\n"
    )
    places = [("", "walk"), ("walk", "cell"), ("walk", "again"), ("", "free"), ("", "cold"), ("", "twin")]
    assert [frozen_by(graph, *place) for place in places] == ["walk", "walk", "", "", "cold", "cold"]


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_it_looks_different_and_not_by_colour_alone(window: Window, theme: Theme) -> None:
    """A snowflake stands out at the corner, and the ground is another, from near and from afar."""
    item = window.canvas.scene_.boxes[EMBED]
    item.set_style(Style(theme))
    for scale in (1.0, 0.3):
        window.workspace.perform(SetField("", "embed", "freeze", False)) if item.box.frozen else None
        before = painted(item, scale)
        window.workspace.perform(SetField("", "embed", "freeze", True))
        after = painted(item, scale)
        corner = QPoint(round((10 + 1 - 7) * scale), round((10 + 1) * scale))
        assert before.pixelColor(corner).alpha() == 0
        assert after.pixelColor(corner).alpha() > 0
        if scale < 1:  # there it is as large as can be: what is far away is small
            assert after.pixelColor(QPoint(round((10 + 1 - 11) * scale), round((10 + 1) * scale))).alpha() > 0
        inside = QRect(QPoint(0, 0), before.size()).center()
        ground = [image.copy(QRect(inside, inside + QPoint(6, 6))) for image in (before, after)]
        assert ground[0] != ground[1]
    assert of_box(item.box).endswith("\nfrozen: training leaves its weights as they are")


def painted(item: BoxItem, scale: float) -> QImage:
    """A box alone, with room for marks around it."""
    size = (item.outline.size() + QSizeF(20, 20)) * scale
    image = QImage(size.toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.scale(scale, scale)
    painter.translate(10, 10)
    paint_box(item, painter, scale)
    painter.end()
    return image
