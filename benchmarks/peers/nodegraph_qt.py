"""The same for NodeGraphQt, called by ``editor.py`` with a Python that has it."""

import json
import os
import random
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from NodeGraphQt import BaseNode, NodeGraph
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication


class Node(BaseNode):
    """Five ports."""

    __identifier__ = "bench"
    NODE_NAME = "node"

    def __init__(self):
        super().__init__()
        for name in ("a", "b", "c"):
            self.add_input(name)
        for name in ("x", "y"):
            self.add_output(name)


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def timed(act):
    start = time.process_time()
    act()
    return time.process_time() - start


app = QApplication([])
graph = NodeGraph()
graph.register_node(Node)
graph.set_acyclic(False)  # its check takes exponential time
widget = graph.widget
widget.resize(1600, 1000)
widget.show()
app.processEvents()
view = graph.viewer()
draw = random.Random(1)
found = {}
before = resident()


def create():
    nodes = []
    for index in range(1000):
        node = graph.create_node("bench.Node", pos=(220 * (index // 20), 140 * (index % 20)), push_undo=False)
        for port in range(2 if index % 2 else 1):
            if nodes:
                node.input(port).connect_to(draw.choice(nodes[-20:]).output(0), push_undo=False)
        nodes.append(node)
    app.processEvents()
    return nodes


found["create nodes and wires, s"] = timed(create)
found["memory added, MiB"] = resident() - before
view.viewport().repaint()


def fit():
    graph.select_all()
    graph.fit_to_selection()
    view.viewport().repaint()


found["fit-all command, ms"] = 1e3 * timed(fit)
graph.clear_selection()


def send(kind, at, button, held):
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(view.viewport(), QMouseEvent(kind, at, at, button, held, none))


def gesture(start, button):
    send(QEvent.Type.MouseButtonPress, start, button, button)
    times = []
    for step in range(1, 31):
        at = start + QPointF(3 * step, 2 * step)
        began = time.process_time()
        send(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, button)
        view.viewport().repaint()
        times.append(time.process_time() - began)
    end = start + QPointF(90, 60)
    send(QEvent.Type.MouseButtonRelease, end, button, Qt.MouseButton.NoButton)
    return 1e3 * median(times)


def frames(where, pan, drag):
    item = graph.all_nodes()[200].view
    at = item.mapToScene(item.boundingRect().center() - QPointF(0, item.boundingRect().height() / 2 - 12))
    held = QPointF(view.mapFromScene(at))
    found[f"drag{drag} {where}, ms"] = gesture(held, Qt.MouseButton.LeftButton)
    found[f"pan{pan} {where}, ms"] = gesture(QPointF(800, 500), Qt.MouseButton.MiddleButton)


frames("at fit-all", " frame", " a node")
graph.reset_zoom()
graph.center_on([graph.all_nodes()[200]])
frames("at 100 %", "", "")
path = "/tmp/nodegraph.json"
found["save, s"] = timed(lambda: graph.save_session(path))
graph.delete_nodes(graph.all_nodes())
view.viewport().repaint()
found["undo of delete-all, s"] = timed(lambda: (graph.undo_stack().undo(), view.viewport().repaint()))
found["load, s"] = timed(lambda: graph.load_session(path))
print(json.dumps(found))
