"""Trees that are filled again and again."""

from PySide6.QtGui import QStandardItem, QStandardItemModel
from pytestqt.qtbot import QtBot

from zoo_gui.rows import empty


def test_a_tree_is_emptied_and_filled_again(qtbot: QtBot) -> None:
    model = QStandardItemModel()
    for _ in range(3):
        section = QStandardItem("section")
        section.appendRow(QStandardItem("item"))
        model.appendRow(section)
        model.appendRow(QStandardItem("other"))
        assert model.rowCount() == 2
        empty(model)
        assert model.rowCount() == 0
