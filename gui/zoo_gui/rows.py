"""Lists and trees of items that are filled anew."""

from __future__ import annotations

from PySide6.QtGui import QStandardItemModel


def empty(model: QStandardItemModel) -> None:
    """Take all items out of a model.

    Its own ``clear`` must not be called: that of PySide6 6.11.3 deletes nested items twice, and the process
    dies after a few thousand calls, in ``Shiboken::BindingManager::releaseWrapper``.
    """
    model.removeRows(0, model.rowCount())
