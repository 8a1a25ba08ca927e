"""The text field: line numbers, the lines of the selection, underlined problems, words to complete."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextEdit, QToolTip, QWidget

from zoo_gui.panels.text.complete import Completion
from zoo_gui.panels.text.highlight import Highlighter
from zoo_gui.panels.text.offers import Offers
from zoo_gui.theme import Theme
from zoo_gui.theme.style import marked_colour


@dataclass(frozen=True, slots=True)
class Mark:
    """A problem at some characters."""

    start: int
    end: int
    severity: str
    message: str


class _Numbers(QWidget):
    """The numbers of the lines."""

    def __init__(self, page: TextPage) -> None:
        super().__init__(page)
        self._page = page

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._page.margin(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        self._page.paint_numbers(self, event.rect())


class TextPage(QPlainTextEdit):
    """``suggest`` gives what could be written at a character. Undoing is the document's: see the panel."""

    def __init__(self, theme: Theme, suggest: Callable[[int], Completion]) -> None:
        super().__init__()
        self._theme, self._suggest = theme, suggest
        self.marks: list[Mark] = []
        self._lines: tuple[int, int] | None = None
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._size_text()
        self.setAccessibleName("Text of the graph")
        self._highlighter = Highlighter(self.document(), theme)
        self._numbers = _Numbers(self)
        self.offers = Offers(self, theme)
        self.offers.taken.connect(self._insert)
        self._begun = ""
        self.blockCountChanged.connect(self._fit)
        self.updateRequest.connect(self._scroll)
        self._fit()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self._size_text()
        self._highlighter.set_theme(theme)
        self.offers.set_theme(theme)
        self._show()

    def _size_text(self) -> None:
        """Use letters of one width, as large as all text of the window."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(QApplication.font().pointSizeF())
        self.setFont(font)
        self.setTabStopDistance(2 * self.fontMetrics().horizontalAdvance(" "))
        self.setViewportMargins(self.margin(), 0, 0, 0)

    # ------------------------------------------------------------------------------------------------- text

    def replace_text(self, new: str) -> None:
        """Put another text in, touching only what differs: the cursor and the view stay where they were."""
        old = self.toPlainText()
        if old == new:
            return
        pairs = enumerate(zip(old, new, strict=False))
        start = next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))
        end = 0
        most = min(len(old), len(new)) - start
        while end < most and old[-1 - end] == new[-1 - end]:
            end += 1
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(len(old) - end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(new[start : len(new) - end])

    # ------------------------------------------------------------------------------------------------- marks

    def mark(self, marks: Iterable[Mark]) -> None:
        """Underline these problems."""
        self.marks = list(marks)
        self._show()

    def show_lines(self, span: tuple[int, int] | None, *, scroll: bool) -> None:
        """Set off the lines of some characters, and bring them into view."""
        self._lines = span
        self._show()
        if span is not None and scroll:
            last, first = QTextCursor(self.document()), QTextCursor(self.document())
            length = self.document().characterCount() - 1
            last.setPosition(min(span[1], length))
            first.setPosition(min(span[0], length))
            for cursor in (last, first):
                self.setTextCursor(cursor)
                self.ensureCursorVisible()

    def _show(self) -> None:
        shown = [*self._line_selections(), *map(self._underline, self.marks)]
        self.setExtraSelections(shown)

    def _line_selections(self) -> Iterable[QTextEdit.ExtraSelection]:
        if self._lines is None:
            return
        first = self.document().findBlock(self._lines[0]).blockNumber()
        end = min(self._lines[1], self.document().characterCount() - 1)
        last = self.document().findBlock(end).blockNumber()
        for number in range(first, min(last, first + 400) + 1):
            one = QTextEdit.ExtraSelection()
            one.cursor = QTextCursor(self.document().findBlockByNumber(number))
            style = QTextCharFormat()
            style.setBackground(marked_colour(self._theme))
            style.setProperty(QTextFormat.Property.FullWidthSelection, True)
            one.format = style
            yield one

    def _underline(self, mark: Mark) -> QTextEdit.ExtraSelection:
        one = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        most = self.document().characterCount() - 1
        cursor.setPosition(min(mark.start, most))
        cursor.setPosition(min(max(mark.end, mark.start + 1), most), QTextCursor.MoveMode.KeepAnchor)
        style = QTextCharFormat()
        style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        style.setUnderlineColor(self._theme.severity(mark.severity))
        one.cursor = cursor
        one.format = style
        return one

    # ------------------------------------------------------------------------------------------------ events

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self.cursorForPosition(self.viewport().mapFromGlobal(event.globalPos())).position()
            said = [mark.message for mark in self.marks if mark.start <= at <= mark.end]
            QToolTip.showText(event.globalPos(), "\n".join(said), self)
            return True
        undoing = (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and (event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo))
        )
        if undoing:  # the commands of the window take these keys
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        taking = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab)
        if self.offers.shown and event.key() in taking:
            event.ignore()  # the list of words takes it
            return
        asked = event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if not asked:
            if event.key() == Qt.Key.Key_Tab:
                self.insertPlainText("  ")
            elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self._break_line()
            else:
                super().keyPressEvent(event)
        if asked or event.text().strip():
            self.offer(asked=asked)
        elif not (event.key() == Qt.Key.Key_Backspace and self.offers.shown):
            self.offers.hide()
        else:
            self.offer(asked=False)

    def _break_line(self) -> None:
        """Begin a line as far in as this one, and further below a key."""
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        indent = len(before) - len(before.lstrip(" "))
        self.insertPlainText("\n" + " " * (indent + 2 * before.rstrip().endswith(":")))

    def offer(self, *, asked: bool) -> None:
        """Show what could be written here: when it was asked for, or a word has begun."""
        found = self._suggest(self.textCursor().position())
        self._begun = found.begun
        written = found.begun in {word.text.strip().rstrip(":") for word in found.words}
        if asked or (found.begun and not written):
            self.offers.show(found.words, self.cursorRect())
        else:
            self.offers.hide()

    def _insert(self, word: str) -> None:
        cursor = self.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(self._begun))
        cursor.insertText(word)
        if word.endswith(": "):
            self.offer(asked=True)  # what could stand behind the key

    # ------------------------------------------------------------------------------------------ line numbers

    def margin(self) -> int:
        """How wide the line numbers are."""
        return 18 + self.fontMetrics().horizontalAdvance("9") * max(len(str(self.blockCount())), 2)

    def paint_numbers(self, widget: QWidget, rect: QRect) -> None:
        """Paint the line numbers that are in ``rect``."""
        painter = QPainter(widget)
        painter.fillRect(rect, self._theme.panel)
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        bad = {self.document().findBlock(mark.start).blockNumber(): mark.severity for mark in self.marks}
        while block.isValid() and top <= rect.bottom():
            height = self.blockBoundingRect(block).height()
            severity = bad.get(block.blockNumber())
            colour: QColor = self._theme.severity(severity) if severity else self._theme.muted
            painter.setPen(colour)
            place = QRect(0, round(top), widget.width() - 8, round(height))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            top += height
            block = block.next()
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._numbers.setGeometry(QRect(inside.left(), inside.top(), self.margin(), inside.height()))

    def _fit(self, *_: object) -> None:
        self.setViewportMargins(self.margin(), 0, 0, 0)

    def _scroll(self, rect: QRect, dy: int) -> None:
        if dy:
            self._numbers.scroll(0, dy)
        else:
            self._numbers.update(0, rect.y(), self._numbers.width(), rect.height())
