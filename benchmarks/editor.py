"""The canvas against NodeGraphQt: opening, panning, dragging, fitting, undo of delete-all, re-wiring, memory.

Both draw 1,000 nodes with 1,500 wires in a window of 1600 x 1000 pixels, offscreen; ours 5,000 nodes too
(goals for these: 3 s to open, 50 ms a frame). Re-wiring is at the input of 20 and of 1,000 residual blocks
of four nodes each: the edit alone, and with all that is drawn of it; the check runs in a thread of its own.
Each runs in a process of its own, one after the other, on the same machine. A frame is a move of the mouse
with all that follows until it is painted; the median of 30. Times are processor time: Qt paints in memory,
in one thread, and other programs then count less.

    python benchmarks/editor.py [PYTHON]     PYTHON has NodeGraphQt and PySide6-Essentials==6.11.3
"""

from __future__ import annotations

import gc
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if TYPE_CHECKING:
    from zoo.graph import Graph
    from zoo_gui.canvas import Canvas

GOALS = {
    "create nodes and wires, s": 0.3,
    "memory added, MiB": 60,
    "fit-all command, ms": 100,
    "pan frame at fit-all, ms": 33,
    "drag a node at fit-all, ms": 33,
    "pan at 100 %, ms": 16,
    "drag at 100 %, ms": 16,
    "undo of delete-all, s": 0.2,
    "load, s": 0.7,
    "save, s": 0.15,
    "re-wire at 20 residual blocks, ms": 1,
    "re-wire at 1,000 residual blocks, ms": 16,
    "the same, with all that is drawn, ms": 100,
}


def body(nodes: int) -> Graph:
    """So many nodes, half with one wire in and half with two, from nodes a little before them."""
    from zoo.graph import Call, Frozen, Graph, Ref
    from zoo.sizes import Name
    from zoo.spec import Port

    draw = random.Random(1)
    found: dict[str, Call] = {}
    names = ["x"]
    for index in range(nodes):
        read = [Ref(draw.choice(names[-20:])) for _ in range(2)]
        if index % 2:
            found[f"node{index}"] = Call(use="basic/add", inputs=Frozen({"": tuple(read)}))
        else:
            found[f"node{index}"] = Call(use="basic/tanh", inputs=Frozen({"": read[0]}))
        names.append(f"node{index}")
    port = Port("float", (Name("batch"), Name("time"), 64))
    return Graph(
        name="many",
        inputs=Frozen({"x": port}),
        outputs=Frozen({"out": Ref(names[-1])}),
        nodes=Frozen(found),
    )


def timed(act: Callable[[], object]) -> float:
    """Seconds for one call."""
    start = time.process_time()
    act()
    return time.process_time() - start


def resident() -> float:
    """Memory of this process, MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def ours(nodes: int) -> dict[str, float]:
    """Our figures."""
    from zoo_gui.workspace import Workspace  # isort: skip - before Qt, see zoo_gui

    from PySide6.QtWidgets import QApplication

    import zoo
    from zoo.checker import resolve
    from zoo_gui import actions
    from zoo_gui.canvas import Canvas
    from zoo_gui.theme import DARK

    app = QApplication([])
    graph = body(nodes)
    found: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        path = Path(folder, "many.yaml")
        found["save, s"] = timed(lambda: zoo.save(graph, path))
        loaded: list[Graph] = []
        found["load, s"] = timed(lambda: loaded.append(zoo.load(path)))
    workspace = Workspace(zoo.loads("format: zoo/1\nname: empty\n"), wait=True)
    workspace.resolution = resolve(workspace.graph)
    canvas = Canvas(workspace, DARK)
    canvas.resize(1600, 1000)
    canvas.show()
    app.processEvents()
    resolution = resolve(graph)
    gc.collect()
    gc.freeze()  # as the editor does, once its packs are loaded
    before = resident()
    workspace.resolution = resolution

    def create() -> None:
        workspace.document.reset(graph)
        app.processEvents()

    found["create nodes and wires, s"] = timed(create)
    found["memory added, MiB"] = resident() - before
    canvas.viewport().repaint()
    found["fit-all command, ms"] = 1e3 * timed(lambda: (canvas.fit(), canvas.viewport().repaint()))
    found |= frames(canvas, "at fit-all", " frame", " a node")
    canvas.zoom_to(1.0)
    found |= frames(canvas, "at 100 %", "", "")
    actions.select_all(workspace)
    actions.delete(workspace)
    canvas.viewport().repaint()
    found["undo of delete-all, s"] = timed(lambda: (workspace.undo(), canvas.viewport().repaint()))
    found["re-wire at 20 residual blocks, ms"] = rewire(80)
    found["re-wire at 1,000 residual blocks, ms"] = rewire(4000)
    found["the same, with all that is drawn, ms"] = rewire(4000, canvas)
    workspace.close()
    return found


def rewire(nodes: int, canvas: Canvas | None = None) -> float:
    """Moving the wire at the input of a residual network there and back; on a canvas, until it is painted."""
    from benchmarks.check_edit import residual_net
    from zoo.checker import resolve
    from zoo.document import Document
    from zoo.edits import Connect, End
    from zoo.graph import Frozen, Ref
    from zoo.spec import Port

    graph = residual_net(nodes)
    port: Port = graph.inputs["x"]
    graph = replace(graph, inputs=Frozen({"x": port, "other": port}))
    document = Document(graph)
    if canvas is not None:
        workspace = canvas.workspace
        workspace.resolution = resolve(graph)
        document = workspace.document
        document.reset(graph)
        canvas.fit()
        canvas.viewport().repaint()
    end = End("norm0", "inputs", "")
    times: list[float] = []
    for source in ["other", "x"] * 6:

        def edit(source: str = source) -> None:
            document.apply(Connect("", end, Ref(source)))
            if canvas is not None:
                canvas.viewport().repaint()

        times.append(timed(edit))
    return 1e3 * median(times)


def frames(canvas: Canvas, where: str, pan: str, drag: str) -> dict[str, float]:
    """Panning and dragging, at the scale that is set."""
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    from zoo_gui.selection import Pick

    def send(kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(canvas.viewport(), QMouseEvent(kind, at, at, button, held, none))

    def gesture(start: QPointF, button: Qt.MouseButton) -> float:
        send(QEvent.Type.MouseButtonPress, start, button, button)
        times: list[float] = []
        for step in range(1, 31):
            at = start + QPointF(3 * step, 2 * step)
            began = time.process_time()
            send(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, button)
            canvas.viewport().repaint()
            times.append(time.process_time() - began)
        canvas.abandon()
        return 1e3 * median(times)

    item = canvas.scene_.boxes[Pick("node", "node200")]
    canvas.centerOn(item.frame.center())
    held = canvas.camera.from_scene(item.frame.center())
    middle = QPointF(canvas.viewport().rect().center())
    return {
        f"pan{pan} {where}, ms": gesture(middle, Qt.MouseButton.MiddleButton),
        f"drag{drag} {where}, ms": gesture(held, Qt.MouseButton.LeftButton),
    }


def run(python: str, *words: str) -> dict[str, float]:
    """What another process measures."""
    done = subprocess.run([python, "-P", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main(peer: str | None) -> None:
    """Print the table."""
    columns = {"ours, 1,000": run(sys.executable, __file__, "--ours", "1000")}
    columns["ours, 5,000"] = run(sys.executable, __file__, "--ours", "5000")
    if peer:
        columns["NodeGraphQt, 1,000"] = run(peer, str(Path(__file__).parent / "peers" / "nodegraph_qt.py"))
    print("| | at most |", " | ".join(columns), "|")
    for row, goal in GOALS.items():
        figures = (f"{column[row]:.3g}" if row in column else "–" for column in columns.values())
        print(f"| {row} | {goal} |", " | ".join(figures), "|")


if __name__ == "__main__":
    if "--ours" in sys.argv:
        print(json.dumps(ours(int(sys.argv[-1]))))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else None)
