"""The page Generate: what the model is given, and how texts are found."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPlainTextEdit

from zoo.errors import ArgumentError
from zoo_gui.running.known import Asks, Known
from zoo_gui.running.pages.page import Context, Page
from zoo_gui.running.paths import PathField
from zoo_gui.running.requests import METHODS, Generation, Method
from zoo_gui.running.search_fields import SearchFields
from zoo_gui.theme import Theme

_LINES = 4
_PICTURES = "Pictures (*.png *.jpg *.jpeg *.gif *.bmp *.webp *.pgm *.ppm *.tif *.tiff);;All files (*)"
_NAMES: dict[Asks, tuple[str, str]] = {
    "": ("Text", "A prompt to continue, or sentences to translate, one per line"),
    "prompt": ("Prompt", "The text to continue; left empty, the model begins after a line end"),
    "sentences": ("Sentences", "What the model is given, one sentence per line"),
    "files": ("Pictures", ""),
}
_NO_END = "A text that continues a prompt has no end at which a beam search could compare"


class GeneratingPage(Page):
    """What a model is given depends on the task of the run."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._known = Known("")
        self.about = QLabel(wordWrap=True)
        self.about.setProperty("muted", True)
        self.add(self.about)
        self._title = self.heading("Text")
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(round((_LINES + 0.8) * self.text.fontMetrics().lineSpacing()))
        self.files = PathField(theme, "three.png; photos", kinds=_PICTURES, folders=True, several=True)
        self.files.setAccessibleName("Pictures")
        self.add(self.text, self.files)
        self.heading("Search")
        self.search = SearchFields(theme)
        self.add(self.search)
        self.fill()
        self.set_known(self._known)

    def begin(self) -> None:
        (self.files if self._known.asks == "files" else self.text).setFocus()

    def set_known(self, known: Known) -> None:
        self._known = known
        silent = known.task and not known.asks
        self.about.setText(
            f"{known.about}: models of this task write nothing; evaluate or probe them"
            if silent
            else known.trouble or known.about or "Choose a run above, or train one"
        )
        title, hint = _NAMES[known.asks]
        self._title.setText(title)
        self.text.setPlaceholderText(hint)
        self.text.setAccessibleName(title)
        self.text.setVisible(known.asks != "files")
        self.files.setVisible(known.asks == "files")
        allowed: tuple[Method, ...] = ("greedy", "sampling") if known.asks == "prompt" else METHODS
        self.search.allow(allowed, _NO_END)
        prompted = known.asks == "prompt"
        self.search.set_usual("longest", "300" if prompted else "100")
        self.search.set_usual("temperature", "0.8" if prompted else "1")

    def request(self, context: Context) -> Generation:
        run, text = context.chosen_run(), self.text.toPlainText()
        if self._known.task and not self._known.asks:
            raise ArgumentError(self.about.text())
        if self._known.asks == "sentences" and not text.strip():
            self.begin()
            raise ArgumentError("type a sentence first, or several, one per line")
        return Generation(
            folder=context.folder,
            device=context.device,
            run=run,
            text=text,
            files=self.files.paths(),  # the worker takes what the run's task asks for
            search=self.search.chosen(),
        )
