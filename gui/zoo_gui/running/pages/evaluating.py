"""The page Evaluate: what is measured, and which texts are judged."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QLineEdit

from zoo_gui.running.fields import Fields
from zoo_gui.running.known import Known
from zoo_gui.running.pages.page import Context, Page
from zoo_gui.running.paths import PathField
from zoo_gui.running.requests import Evaluation
from zoo_gui.running.search_fields import SearchFields
from zoo_gui.theme import Theme

TEXTS = 100
_DIGITS = 9
_LINES = "Text (*.txt *.en *.de);;All files (*)"


class EvaluatingPage(Page):
    """The validation data of a run, or two files of one's own."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.about = QLabel("Choose a run above, or train one", wordWrap=True)
        self.about.setProperty("muted", True)
        self.add(self.about)
        self.texts = QLineEdit(placeholderText=str(TEXTS))
        self.sources = PathField(theme, "the validation data", kinds=_LINES)
        self.references = PathField(theme, "the validation data", kinds=_LINES)
        self._fields = Fields()
        self._fields.add("texts", self.texts, "How many texts of the validation data are written and judged")
        self._fields.add("sources", self.sources, "Sentences to translate, one per line", wide=True)
        self._fields.add("references", self.references, "Their right translations, line by line", wide=True)
        self.add(self._fields)
        self._title = self.heading("Search")
        self.search = SearchFields(theme, fixed=("best",))
        self.search.allow(("greedy", "beam"), "A model is judged by the texts that it finds the likeliest")
        self.add(self.search)
        self.fill()

    def begin(self) -> None:
        self.texts.setFocus()

    def set_known(self, known: Known) -> None:
        self.about.setText(known.trouble or known.about or "Choose a run above, or train one")
        judged = known.asks in {"sentences", "files"} or not known.task
        hidden = [] if known.asks == "sentences" or not known.task else ["sources", "references"]
        self._fields.hide_lines(hidden if judged else [*hidden, "texts"])
        for each in (self._title, self.search):
            each.setVisible(judged)

    def request(self, context: Context) -> Evaluation:
        text = self.texts.text().strip() or str(TEXTS)
        if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS:
            why = f"texts must be a whole number of at most {_DIGITS} digits, got '{text[:40]}'"
            raise self._fields.refuse("texts", why)
        return Evaluation(
            folder=context.folder,
            device=context.device,
            run=context.chosen_run(),
            texts=int(text),
            sources=self.sources.text().strip() or None,
            references=self.references.text().strip() or None,
            search=self.search.chosen(),
        )
