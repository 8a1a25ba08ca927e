"""Themes: text that can be read, categories told apart, icons that show something."""

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from zoo_gui.theme import LIGHT, THEMES, Theme, category_of, icon, theme_named
from zoo_gui.theme.icons import NAMES
from zoo_gui.theme.style import chosen_colour, marked_colour


def luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: QColor, b: QColor) -> float:
    """As WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_text_can_be_read(theme: Theme) -> None:
    pairs = {
        "text": (theme.text, theme.panel),
        "text of the window": (theme.text, theme.window),
        "muted": (theme.muted, theme.panel),
        "muted of the window": (theme.muted, theme.window),
        "button": (theme.on_accent, theme.accent),
        "node": (theme.node_text, theme.node),
        "detail": (theme.node_detail, theme.node),
        "wire": (theme.wire_text, theme.background),
        "error": (theme.error, theme.panel),
        "warning": (theme.warning, theme.panel),
        "key": (theme.syntax_key, theme.field),
        "number": (theme.syntax_number, theme.field),
        "comment": (theme.syntax_comment, theme.field),
        "param": (theme.syntax_param, theme.field),
        "muted in a field": (theme.muted, theme.field),
        "muted under the pointer": (theme.muted, theme.hover),
        "chosen in a list": (theme.text, chosen_colour(theme)),
        "success": (theme.success, theme.panel),
        "note": (theme.note, theme.panel),
        "link": (theme.accent, theme.panel),
    }
    for kind in ("key", "number", "text", "comment", "param"):
        pairs[f"{kind} of the selection"] = (getattr(theme, f"syntax_{kind}"), marked_colour(theme))
    poor = {name: round(contrast(*pair), 1) for name, pair in pairs.items() if contrast(*pair) < 4.5}
    assert not poor


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_categories_have_colours_of_their_own(theme: Theme) -> None:
    assert len({colour.name() for colour in theme.categories}) == len(theme.categories)
    packs = ["basic", "recurrent", "attention", "position", "norm", "feedforward"]
    assert len({theme.category(pack).name() for pack in packs}) == len(packs)
    assert theme.category("a stranger's").isValid()


def test_the_category_is_the_pack() -> None:
    assert category_of("recurrent/lstm_cell") == "recurrent"
    assert category_of("layer") == category_of("a/b.yaml#layer") == ""


@pytest.mark.parametrize("name", NAMES)
def test_icons_are_drawn(qtbot: QtBot, name: str) -> None:
    image = icon(name, LIGHT.text).pixmap(16, 16).toImage()
    assert any(image.pixelColor(x, y).alpha() > 100 for x in range(16) for y in range(16))


def test_an_unknown_theme_is_a_known_one() -> None:
    assert theme_named("Solarized") in THEMES.values()
