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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo_gui.window import Window

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
IMAGES = Path(__file__).parent / "images"
SIZES = {"": (1280, 720), "-large": (1680, 1050)}
LONGEST = 600.0


def wait(ready: Callable[[], bool]) -> None:
    """Let the editor work until it is ready."""
    from PySide6.QtTest import QTest

    end = time.monotonic() + LONGEST
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError("the editor is not ready; is the machine very busy?")
        QTest.qWait(20)


def picture(window: Window, name: str) -> None:
    """Keep how a window looks."""
    from PySide6.QtTest import QTest

    QTest.qWait(300)
    window.grab().save(str(IMAGES / f"{name}.png"), "PNG", 0)  # the smallest file
    sys.stderr.write(f"docs/images/{name}.png\n")


def main() -> int:
    """Make all pictures."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from zoo_gui.editor import Editor
    from zoo_gui.settings import Settings
    from zoo_gui.theme import THEMES
    from zoo_gui.workspace import Pick

    IMAGES.mkdir(exist_ok=True)
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        editor = Editor(app, Settings(Path(folder)))
        editor.looks.choose_theme("Light")
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
            editor.looks.choose_theme(theme)
            for suffix, size in SIZES.items():
                window.resize(*size)
                window.docks.place()
                workspace.enter("")
                workspace.select([Pick("node", "encoder"), Pick("node", "decoder")])
                window.canvas.fit_selection()  # near enough to read what runs in the wires
                name = f"transformer-{theme.lower().replace(' ', '-')}{suffix}"
                workspace.select([Pick("node", "encoder")])
                picture(window, name)
        editor.looks.choose_theme("Light")
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
        editor.looks.choose_theme("Dark")
        gates.docks.place()
        gates.workspace.enter("lstm")
        gates.workspace.select([Pick("node", "from_x")])
        QTest.qWait(300)
        gates.canvas.fit()
        picture(gates, "lstm-dark")
        editor.looks.choose_theme("Light")
        run = editor.open(_a_reverser(Path(folder)))
        assert run is not None
        run.resize(*SIZES[""])
        wait(lambda: run.workspace.fresh)
        show_runs(run)
        for each in (run, gates, window):
            each.workspace.document.saved()
            each.close()
    _, _, told = (IMAGES.parent / "probe.md").read_text(encoding="utf-8").partition("```python\n")
    os.chdir(IMAGES)
    exec(told.partition("```")[0], {})  # noqa: S102 - our own example, as the page shows it; it writes vanishing.png
    return 0


def _a_reverser(folder: Path) -> Path:
    """A small encoder-decoder of the library, as a file."""
    from zoo.packs import registry

    path = folder / "reverser.yaml"
    path.write_text(registry().graphs["seq2seq_additive"].read_text(encoding="utf-8"), encoding="utf-8")
    return path


def show_runs(window: Window) -> None:
    """Train in the run panel, and use what was learned: a picture of each page."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QLineEdit

    from zoo_gui.running.panel import RunPanel

    panel = window.panel("run")
    assert isinstance(panel, RunPanel)

    def fill(field: object, text: str) -> None:
        assert isinstance(field, QLineEdit)
        field.setText(text)

    def call(command: str, name: str) -> None:
        window.menus.call(command)
        window.docks.give_room("run", 420)
        wait(lambda: not panel.job.running)
        wait(lambda: panel.runs.now.task == "reversal")
        window.canvas.fit()
        picture(window, name)

    panel.training.task.setCurrentText("reversal")
    settings = panel.training.settings
    assert settings is not None
    fill(settings.fields["shortest"], "2")
    fill(settings.fields["longest"], "8")
    fill(panel.training.options.fields["steps"], "400")
    fill(panel.training.options.fields["learning_rate"], "0.01")
    call("run.train", "run-train")
    panel.generating.text.setPlainText("20261122\n31415\n271")
    panel.generating.search.method.setCurrentText("beam")
    fill(panel.generating.search.values["best"], "2")
    call("run.generate", "run-generate")
    call("run.evaluate", "run-evaluate")
    for part, chip in panel.probing.parts.items():
        chip.setChecked(part in {"recurrence", "attention"})
    window.menus.call("run.probe")
    wait(lambda: not panel.job.running)
    pictures = panel.results.pictures
    panel.results.tabs.setCurrentWidget(pictures)
    wait(lambda: len(pictures.buttons) == 2)
    QTest.qWait(1000)
    picture(window, "run-probe")


if __name__ == "__main__":
    raise SystemExit(main())
