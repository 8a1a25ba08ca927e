"""Garbage is collected in the thread of the windows alone, and not while the editor starts."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY = 500
"""Milliseconds between two looks at what is due."""


class Collector(QObject):
    """Collects what Python's own collector would, by a timer, until it is closed.

    Python collects in whichever thread is the next to allocate, mostly in the checker's. Wrappers of widgets
    that are part of a cycle would be destroyed there, while Qt may be calling them from the windows' thread
    (Shiboken looks a wrapper up before it waits for the GIL): use after free. Nor does the start wait for a
    collector that walks all of torch again and again: it took a sixth of the time to load the packs.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(collect_due)
        self._timer.start()

    def close(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()


def collect_due() -> None:
    """Collect the oldest generation that has grown beyond Python's threshold."""
    grown = zip(gc.get_count(), gc.get_threshold(), strict=True)
    due = [generation for generation, (count, most) in enumerate(grown) if 0 < most < count]
    if due:
        gc.collect(due[-1])
