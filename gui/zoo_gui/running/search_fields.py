"""How texts are found: greedily, by a beam, or drawn; only the fields that the method needs are shown."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import ValidationError
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QLineEdit

from zoo.seeds import LARGEST_SEED
from zoo_gui.running.choice import Choice
from zoo_gui.running.fields import Fields
from zoo_gui.running.requests import LARGEST_COUNT, METHODS, Method, Search
from zoo_gui.theme import Theme

_BEAM = ("beam", "best", "alpha", "length", "coverage")
_DRAWN = ("best", "temperature", "top_k", "top_p", "seed")
_HINTS = {
    "method": "greedy takes the likeliest token, beam keeps the best few texts, sampling draws",
    "longest": "The most tokens of a text, its end with them",
    "beam": "How many texts a beam search keeps",
    "best": "How many texts are shown for each that is given, or drawn",
    "alpha": "How much longer texts are favoured; 0 compares plain probabilities",
    "length": "What log-probabilities are divided by: gnmt is ((5 + n) / 6)^alpha, plain is n^alpha",
    "coverage": "How much texts are favoured that look at all of the source; needs an output alignment",
    "temperature": "Below 1 the likely becomes likelier, above 1 less so; 0 is greedy",
    "top_k": "Draw from the k likeliest tokens only",
    "top_p": "Draw from the fewest likeliest tokens that have p of the probability",
    "seed": "The same seed, the same text",
}
_COUNT, _STRENGTH = f"a whole number from 1 to {LARGEST_COUNT}", "a number of at least 0"
_RANGES = {
    **dict.fromkeys(("longest", "beam", "best", "top_k"), _COUNT),
    **dict.fromkeys(("alpha", "coverage", "temperature"), _STRENGTH),
    "top_p": "a number above 0 and at most 1",
    "seed": f"a whole number from 0 to {LARGEST_SEED}",
}
_SHOWN = 40
"""Letters of a wrong value that a message repeats."""


class SearchFields(Fields):
    """The fields of a ``Search``; ``fixed`` ones are not asked for here."""

    def __init__(self, theme: Theme, fixed: Collection[str] = ()) -> None:
        super().__init__()
        self._fixed = fixed
        self.method, self.length = Choice(theme), Choice(theme)
        self.method.addItems(METHODS)
        self.length.addItems(["gnmt", "plain"])
        self.values: dict[str, QLineEdit] = {}
        for name, hint in _HINTS.items():
            if name in fixed:
                continue
            if name in {"method", "length"}:
                self.add(name, self.method if name == "method" else self.length, hint)
                continue
            default = Search.model_fields[name].default
            field = self.values[name] = QLineEdit(
                placeholderText="all" if default is None else f"{default:g}"
            )
            self.add(name, field, hint)
            self.rename(name, name.replace("_", " "))
        self.method.currentTextChanged.connect(self._follow)
        self._follow()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self.method.set_theme(theme)
        self.length.set_theme(theme)

    def allow(self, methods: Collection[Method], reason: str = "") -> None:
        """Let only these methods be chosen; the others say why they cannot be."""
        model = self.method.model()
        assert isinstance(model, QStandardItemModel)
        for row, name in enumerate(METHODS):
            model.item(row).setEnabled(name in methods)
            model.item(row).setToolTip("" if name in methods else reason)
        if self.method.currentText() not in methods:
            self.method.setCurrentText(next(iter(methods)))

    def set_usual(self, name: str, text: str) -> None:
        """Another default for a field."""
        self.values[name].setPlaceholderText(text)

    def chosen(self) -> Search:
        """The search. ArgumentError for a value that is none."""
        given = {name: field.text().strip() for name, field in self.values.items() if self.is_shown(name)}
        usual = {name: self.values[name].placeholderText() for name in given}
        words = {name: text or usual[name] for name, text in given.items() if (text or usual[name]) != "all"}
        try:
            return Search.model_validate(
                {**words, "method": self.method.currentText(), "length": self.length.currentText()}
            )
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0])
            text = words.get(name, "")
            got = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
            why = f"{self.shown_name(name)} must be {_RANGES[name]}, got '{got}'"
            raise self.refuse(name, why) from None

    def _follow(self, *_: object) -> None:
        method = self.method.currentText()
        needed = {"greedy": (), "beam": _BEAM, "sampling": _DRAWN}[method]
        self.hide_lines([name for name in (*_BEAM, *_DRAWN) if name not in (*needed, *self._fixed)])
