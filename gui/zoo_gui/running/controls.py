"""What a person says about a run: where, how long, how fast, on what."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QLineEdit, QWidget

from zoo.errors import ZooError
from zoo.files.scalars import resolve
from zoo.graph import Graph
from zoo.training.options import DEFAULT_TASK
from zoo.values import Scalar
from zoo_gui.running.choice import Choice
from zoo_gui.theme import Theme, icon

DEVICES = ("auto", "cpu", "cuda")
_NARROW, _WIDE = 22, 40
"""Letters in which one field can be read beside its name, and two."""
_SIZE = re.compile(r"([A-Za-z_]\w*)\s*[=:]\s*([1-9]\d*)")


class Controls(QWidget):
    """The fields of the panel Run; ``chosen`` gives them as parts of a request."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.device = Choice(theme)
        self.device.addItems(DEVICES)
        self.task = Choice(theme)
        self.task.addItem(DEFAULT_TASK)
        self.task.activated.connect(self._choose)
        self._chosen = False
        self.steps, self.batch, self.rate = QLineEdit("500"), QLineEdit("32"), QLineEdit("0.003")
        self.text = QLineEdit(placeholderText="built-in")
        self.settings = QLineEdit()
        self.pretrained = QLineEdit(placeholderText="new weights")
        self._tasks: Mapping[str, Any] = {}
        self.task.currentTextChanged.connect(self._show_settings)
        self.sizes = QLineEdit(placeholderText="time=32")
        self._folder = self.text.addAction(
            icon("folder", theme.muted), QLineEdit.ActionPosition.TrailingPosition
        )
        self._folder.triggered.connect(self._choose_text)
        self._folder.setToolTip("Choose a text to learn")
        self._run = self.pretrained.addAction(
            icon("folder", theme.muted), QLineEdit.ActionPosition.TrailingPosition
        )
        self._run.triggered.connect(self._choose_run)
        self._run.setToolTip("Choose a checkpoint")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(5)
        self._columns = 0
        rows = (
            (("task", self.task, "What is learned; its ports must be in the graph"),),
            (("device", self.device, "Where it runs"), ("sizes", self.sizes, _SIZES)),
            (("steps", self.steps, "Steps to train"), ("batch", self.batch, "Examples a step")),
            (("rate", self.rate, "The highest learning rate"), ("text", self.text, _TEXT)),
            (("settings", self.settings, "Settings of the task: context=64"),),
            (("from", self.pretrained, _FROM),),
        )
        self._rows = [[self._line(*each) for each in fields] for fields in rows]
        self._arrange(2)

    def _line(self, name: str, widget: QWidget, hint: str) -> tuple[QLabel, QWidget]:
        label = QLabel(name)
        label.setProperty("muted", True)
        label.setBuddy(widget)
        widget.setAccessibleName(name)
        widget.setToolTip(hint)
        return label, widget

    def _arrange(self, columns: int) -> None:
        """Two fields beside each other, or one where there is no room for more."""
        if columns == self._columns:
            return
        self._columns = columns
        every = [line for fields in self._rows for line in fields]
        for row, fields in enumerate(self._rows if columns > 1 else [[line] for line in every]):
            for column, (label, widget) in enumerate(fields):
                self._grid.addWidget(label, row, 2 * column)
                self._grid.addWidget(widget, row, 2 * column + 1, 1, 3 if len(fields) < columns else 1)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, columns - 1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._arrange(2 if self.width() >= _WIDE * self.fontMetrics().averageCharWidth() else 1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        letter = self.fontMetrics().averageCharWidth()
        return QSize(_NARROW * letter, super().minimumSizeHint().height())

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        for choice in (self.task, self.device):
            choice.set_theme(theme)
        for action in (self._folder, self._run):
            action.setIcon(icon("folder", theme.muted))

    def set_tasks(self, tasks: Mapping[str, Any], graph: Graph) -> None:
        """Offer these tasks, the one that was chosen first."""
        self._tasks = tasks
        chosen = self.task.currentText()
        self.task.clear()
        self.task.addItems(list(dict.fromkeys([chosen, *sorted(tasks)])))
        self.set_graph(graph)

    def set_graph(self, graph: Graph) -> None:
        """Let those tasks be chosen whose ports a graph has; the others say what it lacks.

        Until a person chooses, the task is one that fits.
        """
        if not self._tasks:
            return
        from zoo.tasks import find_ports, find_task  # with the tasks torch has come

        model = self.task.model()
        assert isinstance(model, QStandardItemModel)
        for row in range(model.rowCount()):
            item = model.item(row)
            try:
                find_ports(find_task(item.text()), graph, item.text())
                reason = ""
            except ZooError as error:
                reason = str(error)
            item.setEnabled(not reason)
            item.setToolTip(reason)
        if not self._chosen:
            rows = [model.item(row) for row in range(model.rowCount())]
            fitting = [item.text() for item in rows if item.isEnabled()]
            self.task.setCurrentText(DEFAULT_TASK if DEFAULT_TASK in fitting else [*fitting, DEFAULT_TASK][0])

    def _choose(self) -> None:
        self._chosen = True

    def _show_settings(self, name: str) -> None:
        fields = getattr(self._tasks.get(name), "model_fields", {})
        given = {each: field for each, field in fields.items() if each != "text"}
        self.settings.setPlaceholderText(
            " ".join(f"{each}={_plain(field.default)}" for each, field in given.items() if field.default)
        )
        hints = [
            f"{each}: {field.description}" if field.description else each for each, field in given.items()
        ]
        self.settings.setToolTip("\n".join(["Settings of the task, as in context=64", *hints]))

    def set_device(self, name: str) -> None:
        """Say what ``auto`` means here; without a GPU none can be chosen."""
        self.device.setItemData(0, f"auto: {name}", Qt.ItemDataRole.ToolTipRole)
        model = self.device.model()
        assert isinstance(model, QStandardItemModel)
        cuda = model.item(DEVICES.index("cuda"))
        cuda.setEnabled(name != "CPU")
        cuda.setToolTip("" if name != "CPU" else "There is no CUDA device, or this PyTorch is built without")

    def chosen(self) -> dict[str, Any]:
        """The parts of a request; ValueError says what is none."""
        numbers: dict[str, tuple[QLineEdit, Callable[[str], float]]] = {
            "steps": (self.steps, int),
            "batch": (self.batch, int),
            "learning_rate": (self.rate, float),
        }
        found: dict[str, Any] = {name: _number(name, *field) for name, field in numbers.items()}
        found["device"] = self.device.currentText()
        found["task"] = self.task.currentText()
        found["text"] = self.text.text() or None
        found["sizes"] = _sizes(self.sizes.text())
        found["settings"] = _settings(self.settings.text())
        found["pretrained"] = self.pretrained.text() or None
        return found

    def _choose_text(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "A text to learn", "", "Text (*.txt *.md);;All files (*)")
        if name:
            self.text.setText(name)

    def _choose_run(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "A checkpoint", "", "Checkpoints (*.safetensors)")
        if name:
            self.pretrained.setText(name)


_FROM = "A checkpoint to begin with: its weights go to the parameters of the same names"
_TEXT = "The text to learn, for a task that learns one"
_SIZES = "Sizes for a try, where the graph names none: batch=1 time=32"


def _number(name: str, field: QLineEdit, read: Callable[[str], float]) -> float:
    shown = name.replace("_", " ")
    try:
        number = read(field.text())
    except ValueError:
        raise ValueError(f"{shown} is a number, got '{field.text()}'") from None
    if not 0 < number < float("inf"):
        raise ValueError(f"{shown} is more than 0, got {field.text()}")
    return number


def _settings(text: str) -> dict[str, Scalar]:
    """``level=words context=64`` as a mapping."""
    found: dict[str, Scalar] = {}
    for word in shlex.split(text):
        name, equals, value = word.partition("=")
        if not name or not equals:
            raise ValueError(f"settings are written level=words context=64, got '{word}'")
        found[name] = resolve(value)
    return found


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sizes(text: str) -> dict[str, int]:
    """``batch=2 time=8`` as a mapping."""
    left = _SIZE.sub("", text).strip(" ,")
    if left:
        raise ValueError(f"sizes are written batch=2 time=8, got '{text}'")
    return {name: int(size) for name, size in _SIZE.findall(text)}
