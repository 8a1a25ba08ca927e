"""The colours of a graph file."""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from zoo_gui.theme import Theme

_WORDS = re.compile(
    r"""(?P<comment>(?:^|(?<=\s))\#.*$)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')
      | (?P<param>\$[A-Za-z_]\w*)
      | (?P<key>(?<![\w.])[A-Za-z_][\w.]*+(?=\s*:(?:\s|$)))
      | (?P<number>(?<![\w.])(?:-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|~)(?![\w./]))""",
    re.VERBOSE,
)
_LONGEST = 5000
"""Letters of a line that are looked at: of quotes without end, every one is sought to the end of the line."""


class Highlighter(QSyntaxHighlighter):
    """Colours keys, params, numbers, quoted text and comments."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._styles: dict[str, QTextCharFormat] = {}
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._styles = {
            "comment": _style(theme.syntax_comment, italic=True),
            "text": _style(theme.syntax_number),
            "param": _style(theme.syntax_param),
            "key": _style(theme.syntax_key),
            "number": _style(theme.syntax_number),
        }
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:  # noqa: N802 - Qt's name
        for match in _WORDS.finditer(text[:_LONGEST]):
            kind = match.lastgroup or ""
            self.setFormat(match.start(), match.end() - match.start(), self._styles[kind])


def _style(colour: QColor, *, italic: bool = False) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setForeground(colour)
    style.setFontItalic(italic)
    return style
