"""How long the editor takes to begin, and whether memory grows while a hundred files are opened and closed.

Starts are whole processes, a warm-up first, then the median of seven: when the first picture is painted, when
the first window is (goal 0.5 s), and when all is ready: the packs loaded, and the gallery filled or the file
checked (goal 2.5 s). Seconds of the clock, and of the processor, which other programs on the machine do not
change as much. Modules are compiled beforehand, as they are wherever a program has been started once.

Memory is measured after rounds of a hundred files, each opened in a window of its own and closed.

    python benchmarks/editor_life.py
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

STEPS = ("first picture", "first window", "ready")
ROUNDS, FILES = 5, 100


def start(began: float, files: list[str]) -> dict[str, tuple[float, float]]:
    """In a process of its own: the clock and the processor time at each step of a start."""
    found: dict[str, tuple[float, float]] = {}

    def mark(step: str) -> None:
        found[step] = (time.time() - began, time.process_time())

    gc.disable()  # as zoo_gui.app does
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from zoo_gui.display import why_no_window
    from zoo_gui.splash import Splash

    why_no_window()
    app = QApplication([])
    splash = Splash()
    splash.show()
    app.processEvents()
    mark("first picture")
    from zoo_gui.editor import Editor

    editor = Editor(app)
    editor.open_first(files)
    mark("first window")
    editor.load()
    window = editor.windows[0]

    def look() -> None:
        ready = window.workspace.fresh if files else bool(window.gallery.cards)
        if editor.packs.registry is not None and ready:
            mark("ready")
            app.quit()

    timer = QTimer(interval=5)
    timer.timeout.connect(look)
    timer.start()
    app.exec()
    return found


def open_and_close(app: QApplication) -> list[float]:
    """Memory of this process in MiB: at first, and after each round."""
    from PySide6.QtCore import QCoreApplication, QEvent

    import zoo
    from benchmarks.editor import resident
    from zoo.edits import SetField
    from zoo_gui.editor import Editor

    editor = Editor(app)
    editor.begin()
    while editor.packs.registry is None:
        app.processEvents()
    keeper = editor.windows[0]
    found: list[float] = []
    paths = [*zoo.registry().graphs.values()][:12]

    def one(number: int) -> None:
        window = editor.open(paths[number % len(paths)])
        assert window is not None
        while not window.workspace.fresh:
            app.processEvents()
        window.close()
        QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete))
        app.processEvents()

    # so that files get windows of their own
    keeper.workspace.document.apply(SetField("", "", "about", "It is not untouched."))
    for each in range(ROUNDS + 1):
        for number in range(FILES if each else len(paths)):
            one(number)
        gc.collect()
        found.append(resident())
    keeper.workspace.document.saved()
    keeper.close()
    return found


def timed(files: list[str], times: int = 7) -> dict[str, tuple[float, float]]:
    """The median of several starts."""
    taken: list[dict[str, list[float]]] = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment.setdefault("PYTHONPYCACHEPREFIX", f"{os.environ['ZOO_SETTINGS']}/compiled")
    for _ in range(times + 1):
        command = [sys.executable, "-P", __file__, "--start", str(time.time()), *files]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        taken.append(json.loads(done.stdout.splitlines()[-1]))
    return {
        step: (median(each[step][0] for each in taken[1:]), median(each[step][1] for each in taken[1:]))
        for step in STEPS
    }


def main() -> None:
    """Print the tables."""
    print("| start, s of the clock (of the processor) |", " | ".join(STEPS), "|")
    for name, files in (("zoo gui", []), ("zoo gui transformer", ["transformer"])):
        shown = (f"{clock:.2f} ({processor:.2f})" for clock, processor in timed(files).values())
        print(f"| {name} |", " | ".join(shown), "|", flush=True)
    from PySide6.QtWidgets import QApplication

    found = open_and_close(QApplication([]))
    print(f"memory, MiB, after every {FILES} files:", ", ".join(f"{each:.1f}" for each in found))


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        os.environ["ZOO_SETTINGS"] = folder
        if "--start" in sys.argv:
            at = sys.argv.index("--start")
            print(json.dumps(start(float(sys.argv[at + 1]), sys.argv[at + 2 :])))
        else:
            sys.path.insert(0, str(Path(__file__).parents[1]))
            main()
