"""The page Train: the task, its settings and data, and how it is learned."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QLineEdit

from zoo.errors import ChoiceError, ZooError
from zoo.graph import Graph
from zoo.training.options import DEFAULT_STEPS, DEFAULT_TASK, Options
from zoo.values import Scalar
from zoo_gui.running.choice import Choice
from zoo_gui.running.fields import Fields
from zoo_gui.running.pages.page import Context, Page
from zoo_gui.running.paths import PathField
from zoo_gui.running.requests import Device, Resumption, Training, Trial
from zoo_gui.running.schema_form import SchemaForm
from zoo_gui.running.sizes import SIZES, sizes_in
from zoo_gui.theme import Theme

DEVICES = ("auto", "cpu", "cuda")
STEPS = 500
"""Enough to see whether something is learned."""
_ELSEWHERE = ("device", "strategy")
"""Options that the panel asks for by itself, and those of several processes."""


class TrainingPage(Page):
    """The fields of a training run, and of a try."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tasks: Mapping[str, Any] = {}
        self._forms: dict[str, SchemaForm] = {}
        self._chosen = False
        self.task, self.device = Choice(theme), Choice(theme)
        self.task.addItem(DEFAULT_TASK)
        self.device.addItems(DEVICES)
        self.pretrained = PathField(theme, "new weights", kinds="Checkpoints (*.safetensors)", folders=True)
        self.sizes = QLineEdit(placeholderText="time=32")
        self._first = Fields()
        self._first.add("task", self.task, "What is learned; its ports must be in the graph", wide=True)
        self._first.add("device", self.device, "Where it runs")
        self._first.add("sizes", self.sizes, SIZES)
        self._first.add("from", self.pretrained, _FROM, wide=True)
        self.add(self._first)
        self._heading = self.heading("")
        self._place = self._layout.count()
        self.heading("Training")
        self.options = SchemaForm(Options, theme, _ELSEWHERE)
        steps = self.options.fields["steps"]
        assert isinstance(steps, QLineEdit)
        steps.setText(str(STEPS))
        self._steps = steps
        for name in ("minutes", "epochs"):
            limit = self.options.fields[name]
            assert isinstance(limit, QLineEdit)
            limit.textChanged.connect(self._show_limit)
        self._show_limit()
        self.add(self.options)
        self.fill()
        self.task.activated.connect(self._choose)
        self.task.currentTextChanged.connect(self._show_settings)
        self._show_settings(DEFAULT_TASK)

    @property
    def chosen_device(self) -> Device:
        """Where it runs."""
        found: Any = self.device.currentText()  # one of DEVICES
        return found

    @property
    def settings(self) -> SchemaForm | None:
        """The settings of the task that is chosen; None before the packs are there."""
        return self._forms.get(self.task.currentText())

    def begin(self) -> None:
        self.task.setFocus()

    def set_tasks(self, tasks: Mapping[str, Any], graph: Graph) -> None:
        """Offer these tasks, the one that was chosen first."""
        self._tasks = tasks
        chosen = self.task.currentText()
        self.task.clear()
        self.task.addItems(list(dict.fromkeys([chosen, *sorted(tasks)])))
        self.set_graph(graph)

    def set_graph(self, graph: Graph) -> None:
        """Let those tasks be chosen whose ports a graph has; the others say what it lacks.

        Until a person chooses, the task is one that fits, rather one whose usual graph this is.
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
            own = [name for name in fitting if find_task(name).graph == graph.name]
            usual = [DEFAULT_TASK] if DEFAULT_TASK in fitting else own
            self.task.setCurrentText([*usual, *fitting, DEFAULT_TASK][0])

    def set_device(self, name: str) -> None:
        """Say what ``auto`` means here; without a GPU none can be chosen."""
        self.device.setItemData(0, f"auto: {name}", Qt.ItemDataRole.ToolTipRole)
        model = self.device.model()
        assert isinstance(model, QStandardItemModel)
        cuda = model.item(DEVICES.index("cuda"))
        cuda.setEnabled(name != "CPU")
        cuda.setToolTip("" if name != "CPU" else "There is no CUDA device, or this PyTorch is built without")

    def chosen_task(self) -> tuple[str, dict[str, Scalar]]:
        """The task and its settings. ZooError for one that is wrong."""
        from zoo.tasks import make_task

        task, form = self.task.currentText(), self.settings
        settings = form.chosen() if form is not None else {}
        if form is not None:
            try:
                make_task(task, settings)  # what is wrong is told here, not by the process a moment later
            except ChoiceError as error:
                option, why = next(iter(error.faults.items()))
                name = option.removeprefix("settings.")
                if name not in form.fields:
                    raise
                raise form.refuse(name, why.replace(f"'{name}'", form.shown_name(name))) from None
        return task, settings

    def request(self, context: Context) -> Training:
        task, settings = self.chosen_task()
        options = self.options.chosen()
        Options.model_validate(options)
        return Training(
            graph=context.graph,
            folder=context.folder,
            device=context.device,
            task=task,
            settings=settings,
            options=options,
            pretrained=self.pretrained.text().strip() or None,
        )

    def trial(self, context: Context) -> Trial:
        """What is asked for by a try."""
        sizes = sizes_in(self._first, self.sizes.text())
        return Trial(graph=context.graph, folder=context.folder, device=context.device, sizes=sizes)

    def resumption(self, context: Context) -> Resumption:
        """The run that is chosen, for as many steps again as the field says."""
        steps = Options.model_validate(self.options.chosen()).steps or DEFAULT_STEPS
        run = context.chosen_run()
        return Resumption(run=run, folder=context.folder, device=context.device, steps=steps)

    def _show_limit(self, *_: object) -> None:
        """Say how many steps are taken where none are written."""
        others = (self.options.fields[name] for name in ("minutes", "epochs"))
        texts = (field.text().strip() for field in others if isinstance(field, QLineEdit))
        limited = any(text not in {"", "none"} for text in texts)
        self._steps.setPlaceholderText("no limit" if limited else str(DEFAULT_STEPS))

    def _choose(self) -> None:
        self._chosen = True

    def _show_settings(self, name: str) -> None:
        task = self._tasks.get(name)
        if name not in self._forms and task is not None:
            form = self._forms[name] = SchemaForm(task, self._theme)
            self._layout.insertWidget(self._place, form)
        for each, form in self._forms.items():
            form.setVisible(each == name)
        self._order_tabs()
        self._heading.setText(name.replace("_", " ").capitalize())
        self._heading.setVisible(self.settings is not None)

    def _order_tabs(self) -> None:
        """Let the keys go through the settings of the task where they stand, though they came later."""
        if self.settings is not None:
            for before, after in pairwise([self.pretrained, *self.settings.fields.values()]):
                self.setTabOrder(before, after)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._theme = theme


_FROM = "A checkpoint to begin with: its weights go to the parameters of the same names"
