"""Running in a process of its own: what it tells, how it ends."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import pytest
from PySide6.QtGui import QPen, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

import zoo
from zoo.edits import SetSetting
from zoo.training.options import DEFAULT_STEPS
from zoo_gui.running.choice import Choice
from zoo_gui.running.pages.probing import RUN
from zoo_gui.running.panel import RunPanel
from zoo_gui.running.paths import PathField
from zoo_gui.running.requests import Training
from zoo_gui.theme import DARK, THEMES
from zoo_gui.window import Window

LONGEST = 120_000


@pytest.fixture
def panel(window: Window) -> RunPanel:
    found = window.panel("run")
    assert isinstance(found, RunPanel)
    return found


def test_a_trial_tells_times_and_shapes(panel: RunPanel, qtbot: QtBot) -> None:
    panel.training.device.setCurrentText("cpu")
    panel.training.sizes.setText("batch=2")
    with qtbot.waitSignal(panel.job.ended, timeout=LONGEST):
        panel.start("trial")
        assert not panel.buttons["trial"].isEnabled()
        assert panel.stop_button.isEnabled()
        assert not panel.progress.isHidden()
    assert "forward" in panel.results.result.text()
    assert "out: 2 32 7 float32" in panel.results.log.toPlainText()
    assert panel.buttons["trial"].isEnabled()
    assert panel.progress.isHidden()


@pytest.mark.long
def test_problems_of_the_graph_are_a_sentence(window: Window, panel: RunPanel, qtbot: QtBot) -> None:
    window.workspace.perform(SetSetting("", "layer", "input", 6))
    with qtbot.waitSignal(panel.job.ended, timeout=LONGEST):
        panel.start("trial")
    assert "the graph has problems" in panel.results.result.text()
    assert "Traceback" not in panel.results.log.toPlainText()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_process_that_is_killed_leaves_a_sentence(window: Window, panel: RunPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.job.ended, timeout=LONGEST):
        panel.start("trial")
        qtbot.waitUntil(lambda: panel.job.process_id > 0)
        os.kill(panel.job.process_id, signal.SIGKILL)
    assert "ended from outside" in panel.results.result.text()
    assert not panel.job.running
    assert window.workspace.perform(SetSetting("", "layer", "output", 3))


def test_a_run_is_stopped(panel: RunPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.job.ended, timeout=LONGEST):
        panel.start("trial")
        qtbot.waitUntil(lambda: panel.job.process_id > 0)
        panel.stop()
        assert panel.stop_button.text() == "Stop now"
    assert panel.results.result.text() == "stopped"


def test_the_window_ends_what_runs(window: Window, panel: RunPanel, qtbot: QtBot) -> None:
    panel.start("trial")
    qtbot.waitUntil(lambda: panel.job.process_id > 0)
    window.close()
    assert not panel.job.running


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_closing_asks_before_it_ends_a_training_and_saves_it(
    window: Window, panel: RunPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.workspace.path is not None
    window.workspace.load(zoo.loads(MODEL), window.workspace.path)
    window.workspace.document.saved()
    steps = panel.training.options.fields["steps"]
    assert isinstance(steps, QLineEdit)
    steps.setText("1000000")
    panel.start("train")
    qtbot.waitUntil(lambda: bool(panel.results.plot.points["train"]), timeout=LONGEST)
    asked: list[str] = []

    def press(box: QMessageBox) -> int:
        asked.append(box.text())
        sign = "Cancel" if len(asked) == 1 else "Stop and save"
        next(each for each in box.buttons() if sign in each.text().replace("&", "")).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", press)
    assert not window.close()
    assert panel.job.running
    assert window.close()
    assert asked == ["A run is going on. Stop it and save what it learned?"] * 2
    assert (window.workspace.path.parent / "runs" / "tiny" / "last.safetensors").exists()


@pytest.mark.parametrize(
    ("field", "text"),
    [("steps", "many"), ("batch", "0"), ("learning_rate", "-1"), ("sizes", "time 3"), ("warm_up", "x")],
)
def test_numbers_are_numbers(panel: RunPanel, field: str, text: str) -> None:
    line = panel.training.sizes if field == "sizes" else panel.training.options.fields[field]
    assert isinstance(line, QLineEdit)
    line.setText(text)
    panel.start("trial" if field == "sizes" else "train")
    assert text in panel.results.result.text()
    assert field.replace("_", " ") in panel.results.result.text().replace("_", " ")
    assert not panel.job.running


MEASURED = {"speed": 1234.5, "item": "characters", "memory": 3 * 2**20}


def test_where_there_is_no_room_the_fields_are_a_tab(window: Window, qtbot: QtBot) -> None:
    panel = RunPanel(window.workspace, window.editor.settings, window.theme)
    qtbot.addWidget(panel, before_close_func=lambda panel: panel.finish())
    panel.show()
    tabs, letter = panel.results.tabs, panel.fontMetrics().averageCharWidth()

    def titles(letters: int) -> list[str]:
        panel.resize(letters * letter, 300)
        return [tabs.tabText(index) for index in range(tabs.count())]

    for _ in range(2):
        assert titles(70) == ["Settings", "Log", "Curves", "Text", "Figures", "Pictures"]
        assert titles(120) == ["Log", "Curves", "Text", "Figures", "Pictures"]


def test_the_keys_stay_where_they_do_no_harm(window: Window, panel: RunPanel) -> None:
    window.docks.reveal("run", raised=True)
    panel.buttons["train"].setFocus()
    panel._busy(True)
    assert window.focusWidget() is panel.stop_button
    panel._busy(False)
    assert window.focusWidget() is panel.buttons["train"]
    image = panel.training.task.grab().toImage()
    arrow = {image.pixel(x, image.height() // 2) for x in range(image.width() - 24, image.width() - 4)}
    assert len(arrow) > 1  # who sees no arrow takes it for a field to write in


def test_losses_become_curves(panel: RunPanel, qtbot: QtBot) -> None:
    panel.results.begin("train")
    events: list[dict[str, Any]] = [
        {"event": "facts", "text": "small: 42 parameters", "baseline": {"name": "bigram", "loss": 2.5}},
        *(
            {"event": "step", "step": step, "part": step / 10, "loss": 5 - step / 10, **MEASURED}
            for step in range(1, 10)
        ),
        {
            "event": "measured",
            "step": 9,
            "train": 4.1,
            "validation": 4.2,
            "metrics": {"accuracy": 0.25},
            "clipped": 0.5,
        },
        {"event": "sample", "text": "the cat"},
    ]
    for event in events:
        panel._take(event)
    assert len(panel.results.plot.points["train"]) == 9
    assert panel.results.plot.points["validation"] == [(9, 4.2)]
    assert panel.progress.value() == 900
    assert panel.results.text.toPlainText() == "the cat"
    assert panel.results.tabs.currentWidget() is not panel.results.text  # until the end
    said = "validation 4.200, accuracy 0.250, 50% of the steps clipped"
    assert said in panel.results.log.toPlainText()
    panel._take({"event": "done", "text": ""})
    assert panel.results.tabs.currentWidget() is panel.results.text
    figures = panel.results.figures.text()
    assert figures.startswith("step 9   loss 4.100   1,234.5 characters/s   3 MiB   0:0")
    panel._ended("learned\nand kept", good=True)
    assert panel.results.result.text() == "learned"
    assert panel.results.log.toPlainText().endswith("learned\nand kept")
    assert panel.results.figures.text().endswith("3 MiB")
    panel.set_theme(DARK)
    for step in range(5000):
        panel.results.plot.add("train", step, 1.0)
    assert len(panel.results.plot.points["train"]) <= 4000
    qtbot.waitUntil(lambda: "train" in panel.results.plot.curves, timeout=LONGEST)
    for theme in THEMES.values():  # the curves differ by more than a shade, and by their dashes
        panel.set_theme(theme)
        qtbot.waitUntil(lambda accent=theme.accent: _pens(panel)[0].color() == accent)
        train, validation = _pens(panel)
        assert train.style() != validation.style()
        apart = abs(train.color().hsvHue() - validation.color().hsvHue())
        assert min(apart, 360 - apart) > 60


def _pens(panel: RunPanel) -> list[QPen]:
    """Those of the curves, training first."""
    return [panel.results.plot.curves[name].opts["pen"] for name in ("train", "validation")]


MODEL = """\
format: zoo/1
name: tiny
params: {vocab: 99, dim: 8}
inputs: {tokens: int batch time}
outputs: {logits: head}
nodes:
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: $dim}, in: tokens}
  head: {use: basic/linear, with: {output: $vocab}, in: embed}
"""


def test_tasks_say_what_the_graph_lacks_and_what_they_are_told(window: Window, panel: RunPanel) -> None:
    training = panel.training
    model = training.task.model()
    assert isinstance(model, QStandardItemModel)
    (item,) = model.findItems("language_modelling")
    assert "has no output 'logits'" in item.toolTip()
    assert not item.isEnabled()
    training.task.setCurrentText("adding")
    window.workspace.load(zoo.loads(MODEL), None)
    assert training.task.currentText() == "language_modelling"  # which fits
    training.task.activated.emit(0)  # a person has chosen
    training.task.setCurrentText("adding")
    window.workspace.load(zoo.loads(MODEL), None)
    assert training.task.currentText() == "adding"
    training.task.setCurrentText("language_modelling")
    assert item.isEnabled()
    assert not item.toolTip()


def test_a_graph_opens_with_the_task_that_it_is_made_for(window: Window, panel: RunPanel) -> None:
    for name, task in (("sentiment_classifier", "sentiment"), ("lstm_language_model", "language_modelling")):
        window.workspace.load(zoo.load(zoo.registry().graphs[name]), None)
        assert panel.training.task.currentText() == task


def test_left_empty_steps_say_how_many_are_taken(panel: RunPanel) -> None:
    steps, minutes = (panel.training.options.fields[name] for name in ("steps", "minutes"))
    assert isinstance(steps, QLineEdit)
    assert isinstance(minutes, QLineEdit)
    steps.clear()
    assert steps.placeholderText() == str(DEFAULT_STEPS)
    minutes.setText("2")
    assert steps.placeholderText() == "no limit"
    minutes.setText("none")
    assert steps.placeholderText() == str(DEFAULT_STEPS)


def test_every_task_has_a_form_of_its_settings(panel: RunPanel) -> None:
    registered = panel.training._tasks
    assert len(registered) >= 12
    for name, task in registered.items():
        panel.training.task.setCurrentText(name)
        form = panel.training.settings
        assert form is not None
        assert set(form.fields) == set(task.model_fields)
        assert form.chosen() == {}
        assert panel.training.chosen_task() == (name, {})
    form = panel.training.settings
    assert isinstance(form.fields["file"] if form else None, PathField)


def test_what_is_written_in_the_fields_is_asked_for(panel: RunPanel) -> None:
    training = panel.training
    training.task.setCurrentText("language_modelling")
    form = training.settings
    assert form is not None
    typed = {"context": "64", "label_smoothing": "1e-1", "text": "a book.txt"}
    for fields, values in (
        (form.fields, typed),
        (training.options.fields, {"clip": "none", "minutes": "2.5"}),
    ):
        for name, text in values.items():
            field = fields[name]
            assert isinstance(field, QLineEdit)
            field.setText(text)
    level = form.fields["level"]
    assert isinstance(level, Choice)
    level.setCurrentText("words")
    precision = training.options.fields["precision"]
    assert isinstance(precision, Choice)
    assert precision.currentText() == "32"
    precision.setCurrentText("bf16")
    assert "half precision" in precision.toolTip()
    training.pretrained.setText("runs/before")
    request = panel.request("train")
    assert isinstance(request, Training)
    chosen = {"text": "a book.txt", "level": "words", "context": 64, "label_smoothing": 0.1}
    assert request.settings == chosen
    assert request.options == {"steps": 500, "clip": None, "minutes": 2.5, "precision": "bf16"}
    assert request.pretrained == "runs/before"


@pytest.mark.long
def test_a_model_is_trained_and_used(window: Window, panel: RunPanel, qtbot: QtBot) -> None:
    assert window.workspace.path is not None
    window.workspace.load(zoo.loads(MODEL), window.workspace.path)
    steps = panel.training.options.fields["steps"]
    assert isinstance(steps, QLineEdit)
    steps.setText("20")
    told: list[dict[str, Any]] = []
    panel.job.told.connect(told.append)

    def call(command: str) -> str:
        with qtbot.waitSignal(panel.job.ended, timeout=2 * LONGEST):
            window.menus.call(command)
        qtbot.waitUntil(lambda: panel.runs.now.task == "language_modelling")
        return panel.results.result.text()

    assert "done at step 20" in call("run.train"), panel.results.log.toPlainText()
    assert panel.results.plot.points["train"]
    assert panel.results.plot.points["validation"]
    assert (window.workspace.path.parent / "runs" / "tiny" / "best.safetensors").exists()
    assert panel.results.text.toPlainText()
    assert len([event for event in told if event["event"] == "sample"]) == 11
    items = {event.get("item") for event in told if event["event"] == "step" and event["step"]}
    assert items == {"characters"}
    assert "done at step 40" in call("run.continue"), panel.results.log.toPlainText()
    assert panel.results.plot.points["train"][-1][0] == 40
    QTest.keyClicks(panel.generating.text, "The ")
    panel.generating.search.values["longest"].setText("40")
    assert "computed once" in call("run.generate")
    assert panel.results.text.toPlainText().startswith("The ")
    assert len(panel.results.text.toPlainText()) == 44
    assert "perplexity" in call("run.evaluate")
    assert "bigram model" in panel.results.table.toPlainText()
    assert panel.probing.of.currentText() == RUN
    assert call("run.probe")
    assert "step 40 of runs/tiny" in panel.results.table.toPlainText()
