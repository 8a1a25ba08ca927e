"""Running in a process of its own: what it tells, how it ends."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import pytest
from PySide6.QtGui import QStandardItemModel
from pytestqt.qtbot import QtBot

import zoo
from zoo.edits import SetSetting
from zoo_gui.running.panel import RunPanel
from zoo_gui.theme import DARK
from zoo_gui.window import Window

LONGEST = 120_000


@pytest.fixture
def panel(window: Window) -> RunPanel:
    found = window.panel("run")
    assert isinstance(found, RunPanel)
    return found


def test_a_trial_tells_times_and_shapes(panel: RunPanel, qtbot: QtBot) -> None:
    panel.controls.device.setCurrentText("cpu")
    panel.controls.sizes.setText("batch=2")
    with qtbot.waitSignal(panel.job.ended, timeout=LONGEST):
        panel.start("trial")
        assert not panel.try_button.isEnabled()
        assert panel.stop_button.isEnabled()
        assert not panel.progress.isHidden()
    assert "forward" in panel.results.result.text()
    assert "out: 2 32 7 float32" in panel.results.log.toPlainText()
    assert panel.try_button.isEnabled()
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


@pytest.mark.parametrize(
    ("field", "text"), [("steps", "many"), ("batch", "0"), ("rate", "-1"), ("sizes", "time 3")]
)
def test_numbers_are_numbers(panel: RunPanel, field: str, text: str) -> None:
    getattr(panel.controls, field).setText(text)
    panel.start("train")
    assert text in panel.results.result.text()
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
        assert titles(70) == ["Settings", "Log", "Curves", "Sample"]
        assert titles(120) == ["Log", "Curves", "Sample"]


def test_the_keys_stay_where_they_do_no_harm(window: Window, panel: RunPanel) -> None:
    window.docks.reveal("run", raised=True)
    panel.train_button.setFocus()
    panel._busy(True)
    assert window.focusWidget() is panel.stop_button
    panel._busy(False)
    assert window.focusWidget() is panel.train_button
    image = panel.controls.task.grab().toImage()
    arrow = {image.pixel(x, image.height() // 2) for x in range(image.width() - 24, image.width() - 4)}
    assert len(arrow) > 1  # who sees no arrow takes it for a field to write in


def test_losses_become_curves(panel: RunPanel) -> None:
    events: list[dict[str, Any]] = [
        {"event": "facts", "text": "small: 42 parameters", "baseline": {"name": "bigram", "loss": 2.5}},
        *(
            {"event": "step", "step": step, "progress": step / 10, "loss": 5 - step / 10, **MEASURED}
            for step in range(1, 10)
        ),
        {"event": "measured", "step": 9, "train": 4.1, "validation": 4.2, "metrics": {"accuracy": 0.25}},
        {"event": "sample", "text": "the cat"},
    ]
    for event in events:
        panel._take(event)
    assert len(panel.results.plot.points["train"]) == 9
    assert panel.results.plot.points["validation"] == [(9, 4.2)]
    assert panel.progress.value() == 900
    assert panel.results.sample.toPlainText() == "the cat"
    assert panel.results.tabs.currentWidget() is not panel.results.sample  # until the end
    assert "validation 4.200, accuracy 0.250" in panel.results.log.toPlainText()
    panel._take({"event": "done", "text": ""})
    assert panel.results.tabs.currentWidget() is panel.results.sample
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
    controls = panel.controls
    model = controls.task.model()
    assert isinstance(model, QStandardItemModel)
    (item,) = model.findItems("language_modelling")
    assert "has no output 'logits'" in item.toolTip()
    assert not item.isEnabled()
    controls.task.setCurrentText("adding")
    window.workspace.load(zoo.loads(MODEL), None)
    assert controls.task.currentText() == "language_modelling"  # which fits
    controls.task.activated.emit(0)  # a person has chosen
    controls.task.setCurrentText("adding")
    window.workspace.load(zoo.loads(MODEL), None)
    assert controls.task.currentText() == "adding"
    controls.task.setCurrentText("language_modelling")
    assert item.isEnabled()
    assert not item.toolTip()
    assert "level=characters" in controls.settings.placeholderText()
    assert "context" in controls.settings.toolTip()
    controls.settings.setText("level=words context=64 label_smoothing=1e-1")
    controls.pretrained.setText("runs/before")
    request = panel.request("train")
    assert request.settings == {"level": "words", "context": 64, "label_smoothing": 0.1}
    assert request.pretrained == "runs/before"
    for wrong in ("context", "=64", "level='words"):
        controls.settings.setText(wrong)
        panel.start("train")
        assert not panel.job.running


@pytest.mark.long
def test_a_model_is_trained(window: Window, panel: RunPanel, qtbot: QtBot) -> None:
    assert window.workspace.path is not None
    window.workspace.load(zoo.loads(MODEL), window.workspace.path)
    panel.controls.steps.setText("20")
    told: list[dict[str, Any]] = []
    panel.job.told.connect(told.append)
    with qtbot.waitSignal(panel.job.ended, timeout=2 * LONGEST):
        panel.start("train")
    assert "done at step 20" in panel.results.result.text(), panel.results.log.toPlainText()
    assert panel.results.plot.points["train"]
    assert panel.results.plot.points["validation"]
    assert (window.workspace.path.parent / "runs" / "tiny" / "best.safetensors").exists()
    assert panel.results.sample.toPlainText()
    assert len([event for event in told if event["event"] == "sample"]) == 11
    assert {event.get("item") for event in told if event["event"] == "step" and event["step"]} == {
        "characters"
    }
    with qtbot.waitSignal(panel.job.ended, timeout=2 * LONGEST):
        panel.continue_button.click()
    assert "done at step 40" in panel.results.result.text(), panel.results.log.toPlainText()
    assert panel.results.plot.points["train"][-1][0] == 40
