"""The pages of the panel: what they offer for a run, what they ask for, what they refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from zoo_gui.running.known import Asks, Known
from zoo_gui.running.pages.probing import DRAWN, OF_TASK, RUN
from zoo_gui.running.panel import Kind, RunPanel
from zoo_gui.running.pictures import PictureWindow
from zoo_gui.running.requests import Evaluation, Generation, Probe, Resumption
from zoo_gui.theme import DARK
from zoo_gui.window import Window


@pytest.fixture
def panel(window: Window) -> RunPanel:
    found = window.panel("run")
    assert isinstance(found, RunPanel)
    return found


def known(panel: RunPanel, asks: Asks, task: str = "a_task") -> None:
    """Have a run chosen of which this is known."""
    panel.runs.setCurrentText("runs/one")
    panel._know(Known("runs/one", task, f"{task}, step 7", asks))


def test_without_a_run_it_is_said_what_to_do(panel: RunPanel) -> None:
    for kind in ("generate", "evaluate", "resume"):
        panel.start(kind)
        assert "choose a run first" in panel.results.result.text()
        assert not panel.job.running
    panel.runs.setCurrentText("runs/one")
    request = panel.request("resume")
    assert isinstance(request, Resumption)
    assert (request.run, request.steps) == ("runs/one", 500)


def test_buttons_and_fields_say_what_they_do(window: Window, panel: RunPanel) -> None:
    keys: dict[Kind, str] = {"trial": "F5", "train": "Ctrl+F5", "probe": "F9", "resume": "Ctrl+Shift+F5"}
    for kind, key in keys.items():
        assert panel.buttons[kind].toolTip().endswith(f"({key})")
    assert "save it" in panel.stop_button.toolTip()
    window.menus.set_keys({"run.try": ("F6",)})
    assert panel.buttons["trial"].toolTip().endswith("once, in a process of its own (F6)")
    hints = {name: field.toolTip() for name, field in panel.training.options.fields.items()}
    assert hints["steps"].startswith("The number of steps after which the run ends")
    assert all(hint[0].isupper() or hint.startswith(("cosine", "bf16")) for hint in hints.values())
    assert not any(sign in hint for hint in hints.values() for sign in ("~", "None", "9223372036854775807 "))


def test_a_page_is_chosen_by_keys(window: Window, panel: RunPanel) -> None:
    window.reveal("run", raised=True)
    assert window.focusWidget() is panel.kinds
    shown = {"trial", "train", "resume"}
    for kind in ("train", "generate", "evaluate", "probe"):
        assert {name for name, button in panel.buttons.items() if not button.isHidden()} == shown
        QTest.keyClick(panel.kinds, Qt.Key.Key_Right)
        shown = {{"train": "generate", "generate": "evaluate", "evaluate": "probe"}.get(kind, "probe")}
    window.menus.call("run.generate")
    assert panel.kinds.tabText(panel.kinds.currentIndex()) == "Generate"


def test_what_a_model_is_given_follows_its_task(panel: RunPanel, qtbot: QtBot) -> None:
    page = panel.generating
    known(panel, "prompt")
    QTest.keyClicks(page.text, "Once ")
    model = page.search.method.model()
    assert isinstance(model, QStandardItemModel)
    assert not model.item(1).isEnabled()  # beam
    assert "no end" in model.item(1).toolTip()
    page.search.method.setCurrentText("sampling")
    page.search.values["top_k"].setText("5")
    request = panel.request("generate")
    assert isinstance(request, Generation)
    search = request.search
    assert (request.text, search.method, search.longest, search.temperature) == (
        "Once ",
        "sampling",
        300,
        0.8,
    )
    assert (search.top_k, search.top_p) == (5, None)
    known(panel, "sentences")
    page.text.clear()
    panel.start("generate")
    assert "type a sentence" in panel.results.result.text()
    page.text.setPlainText("a\nb")
    page.search.method.setCurrentText("beam")
    page.search.values["beam"].setText("8")
    page.search.length.setCurrentText("plain")
    request = panel.request("generate")
    assert isinstance(request, Generation)
    search = request.search
    assert (search.beam, search.length, search.alpha, search.longest) == (8, "plain", 0.6, 100)
    page.search.values["beam"].setText("many")
    panel.start("generate")
    assert "beam must be a whole number from 1 to 1000000000, got 'many'" in panel.results.result.text()
    known(panel, "files")
    page.files.setText("one.png; two.png")
    assert page.text.isHidden()
    page.search.values["beam"].clear()
    request = panel.request("generate")
    assert isinstance(request, Generation)
    assert request.files == ["one.png", "two.png"]
    known(panel, "")
    assert "write nothing" in page.about.text()
    panel.start("generate")
    assert panel.results.result.text() == page.about.text()
    assert not panel.job.running


def test_only_fields_that_the_method_needs_are_shown(panel: RunPanel) -> None:
    search = panel.generating.search
    for method, shown in (
        ("greedy", {"longest"}),
        ("beam", {"longest", "beam", "best", "alpha", "coverage"}),
        ("sampling", {"longest", "best", "temperature", "top_k", "top_p", "seed"}),
    ):
        search.method.setCurrentText(method)
        assert {name for name in search.values if search.is_shown(name)} == shown
        assert {name for name, field in search.values.items() if not field.isHidden()} == shown


@pytest.mark.parametrize(
    ("method", "field", "text", "said"),
    [
        ("sampling", "temperature", "nan", "temperature must be a number of at least 0, got 'nan'"),
        ("beam", "alpha", "nan", "alpha must be a number of at least 0, got 'nan'"),
        ("beam", "coverage", "-1", "coverage must be a number of at least 0, got '-1'"),
        ("sampling", "seed", "9" * 30, "seed must be a whole number from 0 to 9223372036854775807, got '999"),
        ("sampling", "top_p", "1e400", "top p must be a number above 0 and at most 1, got '1e400'"),
        ("sampling", "top_k", "9" * 5000, "top k must be a whole number from 1 to 1000000000, got '999"),
        ("greedy", "longest", "0", "longest must be a whole number from 1 to 1000000000, got '0'"),
    ],
)
def test_a_search_has_bounds(panel: RunPanel, method: str, field: str, text: str, said: str) -> None:
    known(panel, "sentences")
    panel.generating.text.setPlainText("a")
    panel.generating.search.method.setCurrentText(method)
    panel.generating.search.values[field].setText(text)
    panel.start("generate")
    assert said in panel.results.result.text()
    assert not panel.job.running


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("learning_rate", "1e400", "learning rate must be a number > 0; '1e400' is too large for a float"),
        ("learning_rate", ".inf", "learning rate must be a number > 0, got '.inf'"),
        ("steps", "1,000", "steps must be a whole number > 0 or none, got '1,000'"),
        ("label_smoothing", "2", "label smoothing must be a number ≥ 0, < 1, got '2'"),
    ],
)
def test_the_field_that_is_wrong_is_marked_and_gone_to(
    window: Window, panel: RunPanel, name: str, text: str, said: str
) -> None:
    window.show()
    window.reveal("run", raised=True)
    form = panel.training.settings if name == "label_smoothing" else panel.training.options
    assert form is not None
    field = form.fields[name]
    assert isinstance(field, QLineEdit)
    field.setText(text)
    panel.results.tabs.setCurrentWidget(panel.results.log)
    panel.start("train")
    assert panel.results.result.text() == said
    assert field.property("wrong")
    assert window.focusWidget() is field
    assert not field.visibleRegion().isEmpty()
    field.setText("1")
    assert not field.property("wrong")


def test_the_keys_go_through_the_fields_as_they_stand(panel: RunPanel) -> None:
    training = panel.training
    training.task.setCurrentText("adding")
    training.task.setCurrentText("language_modelling")
    form = training.settings
    assert form is not None
    wanted = [training.pretrained, *form.fields.values(), *training.options.fields.values()]
    passed: list[QWidget | None] = [training.pretrained]
    while passed[-1] is not wanted[-1] and len(passed) < 200:
        passed.append(passed[-1].nextInFocusChain() if passed[-1] else None)
    assert [each for each in passed if each in wanted] == wanted


def test_an_evaluation_is_asked_for(panel: RunPanel) -> None:
    known(panel, "sentences")
    page = panel.evaluating
    page.texts.setText("20")
    page.sources.setText("here.en")
    request = panel.request("evaluate")
    assert isinstance(request, Evaluation)
    assert (request.texts, request.sources, request.references) == (20, "here.en", None)
    page.texts.setText("some")
    panel.start("evaluate")
    assert "texts must be a whole number of at most 9 digits, got 'some'" in panel.results.result.text()
    page.texts.setText("9" * 5000)
    panel.start("evaluate")
    assert "texts must be a whole number of at most 9 digits, got '999" in panel.results.result.text()
    known(panel, "prompt")
    assert page.texts.isHidden()
    assert page.search.isHidden()


def test_a_probe_is_asked_for(panel: RunPanel) -> None:
    page = panel.probing
    assert page.of.currentText() == DRAWN
    page.sizes.setText("time=9")
    page.parts["nan"].click()
    page.wires.setText("embed layer.*")
    page.at.setText("3")
    request = panel.request("probe")
    assert isinstance(request, Probe)
    assert request.parts == ["gradients", "recurrence", "leaks"]
    assert (request.sizes, request.wires, request.at, request.run) == (
        {"time": 9},
        ["embed", "layer.*"],
        3,
        None,
    )
    panel.training.task.setCurrentText("adding")
    page.data.setCurrentText(OF_TASK)
    request = panel.request("probe")
    assert isinstance(request, Probe)
    assert (request.task, request.sizes) == ("adding", {})
    known(panel, "")
    assert page.of.currentText() == RUN
    request = panel.request("probe")
    assert isinstance(request, Probe)
    assert (request.run, request.graph) == ("runs/one", "")
    page.at.setText("-1")
    panel.start("probe")
    assert (
        "step must be a whole number of at least 0 and at most 9 digits, got '-1'"
        in panel.results.result.text()
    )
    for chip in page.parts.values():
        chip.setChecked(False)
    panel.start("probe")
    assert "choose what to look into" in panel.results.result.text()


def test_texts_and_figures_come_in(panel: RunPanel) -> None:
    results = panel.results
    results.begin("generate")
    assert results.tabs.currentWidget() is results.text
    for piece in ("a ", "cat"):
        panel._take({"event": "piece", "text": piece})
    assert results.text.toPlainText() == "a cat"
    results.begin("evaluate")
    assert results.tabs.currentWidget() is results.table
    for text in ("loss  1", "BLEU  2"):
        panel._take({"event": "table", "text": text})
    assert results.table.toPlainText() == "loss  1\n\nBLEU  2"
    panel._take({"event": "progress", "part": 0.25})
    assert panel.progress.value() == 250
    panel.set_theme(DARK)


def test_pictures_are_shown_enlarged_and_kept(
    window: Window, panel: RunPanel, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[str, Any] = {}
    for name, size in (("gradients", (2000, 900)), ("attention", (500, 1500))):
        image = QImage(*size, QImage.Format.Format_RGB32)
        image.fill(QColor("teal"))
        drawn[name] = tmp_path / f"{name}.png"
        image.save(str(drawn[name]))
    panel.results.begin("probe")
    pictures = panel.results.pictures
    window.show()
    window.reveal("run", raised=True)
    panel.results.tabs.setCurrentWidget(pictures)
    for name, path in drawn.items():
        panel._take({"event": "picture", "title": name, "path": str(path)})
    qtbot.waitUntil(lambda: len(pictures.buttons) == 2)
    wide, tall = (button.iconSize() for button in pictures.buttons)
    assert wide.width() < 2000
    assert tall.height() > tall.width()
    windows = [*panel.window().findChildren(PictureWindow)]
    assert not windows
    pictures.buttons[0].click()
    (shown,) = panel.window().findChildren(PictureWindow)
    target = tmp_path / "kept.png"
    places = iter([target, tmp_path / "no" / "x.png"])

    def choose(*_: object) -> tuple[str, str]:
        return str(next(places)), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    shown.save_button.click()
    assert target.read_bytes() == drawn["gradients"].read_bytes()
    shown.save_button.click()
    assert "cannot write" in shown.said.text()
    shown.close()
    panel.results.begin("probe")
    assert not pictures.buttons


def test_only_a_run_with_a_checkpoint_goes_on(panel: RunPanel, window: Window, qtbot: QtBot) -> None:
    assert window.workspace.path is not None
    button, runs = panel.buttons["resume"], window.workspace.path.parent / "runs"
    panel.runs.choose("runs/nowhere")
    qtbot.waitUntil(lambda: bool(panel.runs.now.trouble))
    assert not button.isEnabled()
    panel.runs.now = Known("runs/nowhere", "adding", goes_on=True)
    panel._know(panel.runs.now)
    assert button.isEnabled()
    (runs / "small").mkdir(parents=True)
    (runs / "small" / ".lock").touch()
    panel._take({"event": "facts", "text": "small", "out": str(Path("runs", "small"))})
    assert panel.runs.run == str(Path("runs", "small"))
    panel._ended("stopped", good=False)
    assert panel.runs.run == "runs/nowhere"  # nothing was saved in the other


def test_the_newest_run_of_the_graph_is_chosen(panel: RunPanel, window: Window, qtbot: QtBot) -> None:
    assert window.workspace.path is not None
    for name in ("small-2", "another"):
        run = window.workspace.path.parent / "runs" / name
        run.mkdir(parents=True)
        (run / "best.safetensors").write_bytes(b"no checkpoint")
    panel._find_runs()
    assert panel.runs.run == str(Path("runs", "small-2"))
    assert {panel.runs.itemText(index) for index in range(panel.runs.count())} == {
        str(Path("runs", "another")),
        str(Path("runs", "small-2")),
    }
    qtbot.waitUntil(lambda: bool(panel.runs.now.trouble))
    assert "is not a checkpoint" in panel.generating.about.text()
