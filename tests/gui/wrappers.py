"""What Python holds of Qt's own objects."""

from PySide6.QtWidgets import QLayout, QLayoutItem
from shiboken6 import Shiboken


def wrapped_items() -> int:
    """How many layout items have a wrapper.

    Qt deletes them without a word to Shiboken: a wrapper that stays ends the process, once something else is
    made, and destroyed, at the same address.
    """
    wrappers = Shiboken.getAllValidWrappers()
    return sum(isinstance(each, QLayoutItem) and not isinstance(each, QLayout) for each in wrappers)
