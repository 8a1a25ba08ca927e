"""Lists and trees of items that are filled anew."""

from __future__ import annotations

from PySide6.QtGui import QStandardItemModel


def empty(model: QStandardItemModel) -> None:
    """Take all items out of a model.

    Row by row: long sessions have ended in ``Shiboken::BindingManager::releaseWrapper`` below the model's own
    ``clear``. The cause has not been found, and this alone is no cure.
    """
    model.removeRows(0, model.rowCount())
