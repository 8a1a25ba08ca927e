"""A theme put on the application: Qt's palette for what draws itself, a style sheet for the rest."""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from zoo_gui.theme.theme import Theme


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Give the application the colours of a theme."""
    app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    app.setStyleSheet(_sheet(theme, app.font()))


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, colour in {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.hover,
        role.Text: theme.text,
        role.Button: theme.panel,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.ToolTipBase: theme.panel,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.muted,
        role.Link: theme.accent,
        role.Mid: theme.border,
        role.Dark: theme.border,
    }.items():
        palette.setColor(which, colour)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, mixed(theme.muted, theme.panel, 0.6))
    return palette


def mixed(a: QColor, b: QColor, part: float) -> QColor:
    """The colour between two: ``part`` of ``a``, the rest of ``b``."""
    return QColor(*(round(part * x + (1 - part) * y) for x, y in zip(_rgb(a), _rgb(b), strict=True)))


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def chosen_colour(theme: Theme) -> QColor:
    """What is chosen in a list stands on this."""
    return mixed(theme.accent, theme.panel, 0.22)


def marked_colour(theme: Theme) -> QColor:
    """The lines of the selection in a text stand on this."""
    return mixed(theme.accent, theme.field, 0.16)


def _sheet(theme: Theme, font: QFont) -> str:
    """The style sheet; headings and icons are as large as the text makes them."""
    chosen = chosen_colour(theme)
    colours = {
        name: getattr(theme, name).name()
        for name in ("window", "panel", "field", "hover", "border", "text", "muted", "accent", "on_accent")
    }
    sizes = {"title": round(1.7 * font.pointSize()), "icon": QFontMetrics(font).height() + 2}
    colours |= {"off": mixed(theme.muted, theme.panel, 0.6).name(), "marked": marked_colour(theme).name()}
    return _SHEET.substitute(colours, chosen=chosen.name(), error=theme.error.name(), **sizes)


_SHEET = Template("""
QMainWindow, QMainWindow::separator { background: $window; }
QMainWindow::separator { width: 5px; height: 5px; }
QMainWindow::separator:hover { background: $accent; }
QMenuBar { background: $window; color: $text; padding: 2px 6px; }
QMenuBar::item { padding: 4px 9px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $panel; color: $text; border: 1px solid $border; padding: 5px; }
QMenu::item { padding: 5px 28px 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: $chosen; color: $text; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
QToolTip { background: $panel; color: $text; border: 1px solid $border; padding: 4px 6px; }
QDockWidget { color: $text; titlebar-close-icon: none; }
QDockWidget::title { background: $window; padding: 6px 8px; text-align: left; }
QTabBar { qproperty-drawBase: 0; background: $window; }
QTabBar::tab { background: transparent; color: $muted; padding: 5px 9px; margin: 0 1px;
    border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:hover { color: $text; }
QTabBar QToolButton { background: $window; border: none; padding: 0; }
QStatusBar { background: $window; color: $muted; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; padding: 1px 8px; }
QLineEdit, QPlainTextEdit, QTextEdit, QTextBrowser, QListView, QTreeView, QTableView, QSpinBox,
QDoubleSpinBox, QComboBox { background: $field; color: $text; border: 1px solid $border; border-radius: 5px;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QPlainTextEdit { placeholder-text-color: $muted; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { padding: 3px 6px; min-height: 1.35em; }
QLineEdit:focus, QPlainTextEdit:focus, QListView:focus, QTreeView:focus, QSpinBox:focus, QComboBox:focus,
QTextBrowser:focus { border: 1px solid $accent; }
QLineEdit[chosen="true"] { background: $marked; }
QLineEdit[wrong="true"] { border: 1px solid $error; }
QComboBox QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView { border: 1px solid $border; background: $panel;
    selection-background-color: $chosen; selection-color: $text; }
QListView, QTreeView, QTableView { outline: none; padding: 2px; }
QListView::item, QTreeView::item { padding: 3px 4px; border-radius: 4px; }
QTreeView::item { border-radius: 0; }
QListView::item:hover, QTreeView::item:hover { background: $hover; }
QListView::item:selected, QTreeView::item:selected { background: $chosen; color: $text; }
QTreeView::branch:selected { background: $chosen; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: 4px 6px; }
QPushButton, QToolButton { background: $panel; color: $text; border: 1px solid $border; border-radius: 5px;
    padding: 4px 11px; }
QPushButton, QToolButton, QListView, QTreeView, QTabBar { icon-size: ${icon}px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:focus, QToolButton:focus { border-color: $accent; outline: none; }
QPushButton:default, QPushButton[primary="true"] { background: $accent; color: $on_accent;
    border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $off; background: $window; border: 1px dashed $off; }
QToolButton[flat="true"] { background: transparent; border: 1px solid transparent; padding: 3px; }
QToolButton[flat="true"]:hover { background: $hover; }
QToolButton[flat="true"]:focus { border-color: $accent; }
QToolButton[flat="true"]:disabled { color: $text; }
QToolButton[bare="true"], QToolButton[bare="true"]:hover { background: transparent; border: none;
    padding: 0; }
QToolButton:checked { background: $chosen; border-color: $accent; }
QToolButton::menu-indicator { image: none; }
QCheckBox::indicator { width: ${icon}px; height: ${icon}px; }
QScrollArea { border: none; background: $panel; }
QScrollArea > QWidget > QWidget[page="true"] { background: $panel; }
QScrollArea[bare="true"], QScrollArea[bare="true"] > QWidget > QWidget { background: transparent; }
QAbstractScrollArea::corner { background: $field; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $border; border-radius: 4px; margin: 1px; min-height: 24px;
    min-width: 24px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar { background: $field; border: 1px solid $border; border-radius: 5px; text-align: center;
    min-height: 1.1em; color: $text; }
QProgressBar::chunk { background: $chosen; border-radius: 4px; }
QLabel[muted="true"] { color: $muted; }
QLabel[heading="true"] { font-weight: 600; }
QLabel[title="true"] { font-weight: 600; font-size: ${title}pt; }
QFrame[panel="true"] { background: $panel; }
QFrame[card="true"] { background: $panel; border: 1px solid $border; border-radius: 8px; }
QFrame[card="true"]:hover, QFrame[card="true"]:focus { border-color: $accent; }
QFrame[card="true"]:focus { background: $hover; }
QFrame[notice="true"] { background: $chosen; border-bottom: 1px solid $border; }
""")
