"""The page Probe: what is looked into, of which model, on which data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QLineEdit, QToolButton

from zoo.checker.ranges import shown
from zoo.cli.probe import USUAL
from zoo.errors import ArgumentError
from zoo_gui.flow import Flow
from zoo_gui.running.choice import Choice
from zoo_gui.running.fields import Fields
from zoo_gui.running.known import Known
from zoo_gui.running.pages.page import Context, Page
from zoo_gui.running.pages.training import TrainingPage
from zoo_gui.running.requests import Probe
from zoo_gui.running.sizes import sizes_in
from zoo_gui.theme import Theme

RUN, DRAWN = "the run", "the graph as drawn, with new weights"
RANDOM, OF_TASK = "random", "those of the task in Train"
EXAMPLES = 4
_DIGITS = 9
PARTS: Mapping[str, str] = {
    "gradients": "The norm of ∂J/∂h over the distance from where J is taken, for every wire",
    "recurrence": "Products of the Jacobians of a loop's steps, and spectral radii",
    "leaks": "Later steps in earlier outputs, padding in real ones",
    "nan": "The node that first gave, or sent back, what is not a number",
    "statistics": "Mean, spread, zeros and dead units of everything that flows, forward and backward",
    "attention": "The weights of every head, as pictures",
}
"""What can be looked into, and what it tells."""


class ProbingPage(Page):
    """The run, or the graph as it is drawn, and which parts of `zoo probe` are asked for."""

    def __init__(self, theme: Theme, training: TrainingPage) -> None:
        super().__init__()
        self._training = training
        self.parts: dict[str, QToolButton] = {}
        chips = Flow()
        for part, about in PARTS.items():
            chip = self.parts[part] = QToolButton()
            chip.setText(part)
            chip.setCheckable(True)
            chip.setChecked(part in USUAL)
            chip.setToolTip(about)
            chip.setAccessibleName(part)
            chips.add(chip)
        self.add(chips)
        self.of, self.data = Choice(theme), Choice(theme)
        self.of.addItems([DRAWN, RUN])
        self.data.addItems([RANDOM, OF_TASK])
        self.sizes = QLineEdit(placeholderText="time=32")
        self.wires = QLineEdit(placeholderText="all")
        self.at = QLineEdit(placeholderText="the last real one")
        self.on = QLineEdit(placeholderText="the first")
        self.examples = QLineEdit(placeholderText=str(EXAMPLES))
        self._fields = Fields()
        self._fields.add("of", self.of, "What is looked into", wide=True)
        self._fields.add("data", self.data, "What the graph is given: random data, or a task's", wide=True)
        self._fields.add("sizes", self.sizes, "Sizes of random data: batch=4 time=100")
        self._fields.add("sequences", self.examples, "How many sequences are looked at")
        self._fields.add("wires", self.wires, "Wires by their paths, * for anything: encoder.* head")
        self._fields.add("step", self.at, "The step at which J is taken")
        self._fields.add("output", self.on, "The output of which J is a random sum, where no task gives J")
        self.add(self._fields)
        self.fill()
        for choice in (self.of, self.data):
            choice.currentTextChanged.connect(self._follow)
        self._follow()

    def begin(self) -> None:
        next(iter(self.parts.values())).setFocus()

    def set_known(self, known: Known) -> None:
        self.of.setCurrentText(RUN if known.task else DRAWN)

    def request(self, context: Context) -> Probe:
        parts = [name for name, chip in self.parts.items() if chip.isChecked()]
        if not parts:
            raise ArgumentError(f"choose what to look into: {', '.join(PARTS)}")
        if self.of.currentText() == RUN:
            subject: dict[str, Any] = {"run": context.chosen_run()}
        elif self.data.currentText() == OF_TASK:
            task, settings = self._training.chosen_task()
            subject = {"graph": context.graph, "task": task, "settings": settings}
        else:
            subject = {"graph": context.graph, "sizes": sizes_in(self._fields, self.sizes.text())}
        at = self.at.text().strip()
        return Probe(
            **subject,
            folder=context.folder,
            device=context.device,
            parts=parts,
            wires=self.wires.text().split(),
            at=self._whole("step", at, 0) if at else None,
            on=self.on.text().strip(),
            examples=self._whole("sequences", self.examples.text().strip() or str(EXAMPLES), 1),
            pictures=context.pictures,
        )

    def _whole(self, name: str, text: str, least: int) -> int:
        if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS or int(text) < least:
            why = f"{name} must be a whole number of at least {least} and at most {_DIGITS} digits"
            raise self._fields.refuse(name, f"{why}, got {shown(text)}")
        return int(text)

    def _follow(self, *_: object) -> None:
        drawn = self.of.currentText() == DRAWN
        random = drawn and self.data.currentText() == RANDOM
        self._fields.hide_lines([*([] if drawn else ["data"]), *([] if random else ["sizes"])])
