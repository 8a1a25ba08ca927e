"""Make the pictures of the README and the documentation, from the editor and from the code that they explain.

    QT_QPA_PLATFORM=offscreen python docs/screenshots.py        # writes docs/images/*.png

Every picture but that of ``zoo probe`` is a real window on a real graph; two sizes and all themes are made,
so that clipped words and poor contrast are seen. Look at them all after a change of the looks.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
IMAGES = Path(__file__).parent / "images"
SIZES = {"": (1280, 720), "-large": (1680, 1050)}
LONGEST = 180.0


def main() -> int:
    """Make all pictures."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from zoo_gui.editor import Editor
    from zoo_gui.settings import Settings
    from zoo_gui.theme import THEMES
    from zoo_gui.window import Window
    from zoo_gui.workspace import Pick

    def wait(ready: Callable[[], bool]) -> None:
        end = time.monotonic() + LONGEST
        while not ready():
            if time.monotonic() > end:
                raise TimeoutError("the editor is not ready; is the machine very busy?")
            QTest.qWait(20)

    def picture(window: Window, name: str) -> None:
        QTest.qWait(300)
        window.grab().save(str(IMAGES / f"{name}.png"), "PNG", 0)  # the smallest file
        sys.stderr.write(f"docs/images/{name}.png\n")

    IMAGES.mkdir(exist_ok=True)
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        editor = Editor(app, Settings(Path(folder)))
        editor.choose_theme("Light")
        editor.begin()
        wait(lambda: editor.packs.registry is not None)
        (window,) = editor.windows
        window.resize(*SIZES[""])
        wait(lambda: bool(window.gallery.cards))
        picture(window, "gallery")
        editor.open_template("transformer", window)
        workspace = window.workspace
        wait(lambda: workspace.fresh and window.measures.costs is not None)
        wait(lambda: window.measures.costs is not None and window.measures.costs.complete)
        for theme in THEMES:
            editor.choose_theme(theme)
            for suffix, size in SIZES.items():
                window.resize(*size)
                window.docks.place()
                workspace.enter("")
                workspace.select([Pick("node", "encoder"), Pick("node", "decoder")])
                window.canvas.fit_selection()  # near enough to read what runs in the wires
                name = f"transformer-{theme.lower().replace(' ', '-')}{suffix}"
                workspace.select([Pick("node", "encoder")])
                picture(window, name)
        editor.choose_theme("Light")
        window.resize(*SIZES[""])
        workspace.enter("#decoder_layer")
        workspace.select([Pick("node", "cross")])
        window.reveal("text", raised=True)
        window.canvas.fit()
        QTest.qWait(600)
        picture(window, "text")
        editor.open_template("lstm_from_gates", window)
        gates = editor.windows[-1]
        gates.resize(*SIZES[""])
        wait(lambda: gates.workspace.fresh and gates.measures.costs is not None)
        editor.choose_theme("Dark")
        gates.docks.place()
        gates.workspace.enter("lstm")
        gates.workspace.select([Pick("node", "from_x")])
        QTest.qWait(300)
        gates.canvas.fit()
        picture(gates, "lstm-dark")
        for each in (gates, window):
            each.workspace.document.saved()
            each.close()
    _, _, told = (IMAGES.parent / "probe.md").read_text(encoding="utf-8").partition("```python\n")
    os.chdir(IMAGES)
    exec(told.partition("```")[0], {})  # noqa: S102 - our own example, as the page shows it; it writes vanishing.png
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
