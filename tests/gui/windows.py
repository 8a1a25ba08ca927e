"""What tests of windows share: an editor with settings of its own, a few layers as its packs."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from zoo.graph import Graph
from zoo.packs import registry
from zoo_gui.editor import Editor
from zoo_gui.running.panel import RunPanel
from zoo_gui.settings import Settings
from zoo_gui.window import Window

TEXT = """\
format: zoo/1
name: small
about: A test of the editor.
params: {dim: 5}
inputs: {tokens: int batch time}
outputs: {out: layer}
nodes:
  embed: {use: basic/embedding, with: {vocab: 11, dim: $dim}, in: tokens}   # kept
  layer: {use: basic/linear, with: {output: 7}, in: embed}
"""


@contextmanager
def an_editor(app: QApplication, folder: Path) -> Generator[Editor]:
    """An editor that forgets everything; its windows are closed at the end without a question."""
    editor = Editor(app, Settings(folder))
    editor.packs.registry = registry()
    try:
        yield editor
    finally:
        for window in tuple(editor.windows):
            window.workspace.document.saved()
            for widget in window.docks.widgets():
                if isinstance(widget, RunPanel):
                    widget.job.close()
            window.close()
        editor.finish()
        QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete))
        app.setStyleSheet("")
        editor.looks.finish()
        editor.deleteLater()
        QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete))


def a_window(editor: Editor, graph: Graph, path: Path | None = None) -> Window:
    """A window with a graph."""
    window = editor.new()
    window.workspace.load(graph, path)
    return window
