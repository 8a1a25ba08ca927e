"""Starting the editor: ``zoo gui`` calls ``run``. Qt is imported only after it is known that it can start."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from zoo.errors import ZooError
from zoo_gui.display import why_no_window


def run(files: Sequence[str]) -> int:
    """Open the editor with the given files, or names of library graphs, and run it until its last window is
    closed. ZooError says why no window can be opened.
    """
    if reason := why_no_window():
        raise ZooError(reason)
    try:
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise ZooError(
            f"Qt cannot be loaded: {error}; on Debian and Ubuntu: "
            "apt install libegl1 libxkbcommon0 libdbus-1-3"
        ) from None
    gc.disable()  # nothing is garbage while all is being loaded; see garbage.py for what comes later
    app = QApplication(["layerzoo"])
    app.setApplicationName("layerzoo")
    app.setApplicationDisplayName("layerzoo")
    app.setDesktopFileName("layerzoo")
    if sys.platform != "win32":
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it; the journal keeps what was not saved
    from zoo_gui.splash import Splash

    splash = Splash()
    splash.show()
    app.processEvents()  # it is painted before the rest of the editor is loaded

    from zoo_gui.editor import Editor

    editor = Editor(app)
    editor.open_first([Path(file) if Path(file).suffix else file for file in files])
    splash.close()
    editor.load()
    return app.exec()
