"""Graph files that are dragged over a window, and dropped on it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData


def graph_files(data: QMimeData) -> list[Path]:
    """The graph files among what is dragged."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix in {".yaml", ".yml"}]
