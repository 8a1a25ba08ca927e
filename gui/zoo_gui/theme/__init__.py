"""Looks: every colour by its meaning, three themes of them, the style sheet, and icons drawn in code.

    theme.py     what colours there are, by what they mean
    schemes.py   light, dark and high contrast
    category.py  which colour a pack's layers have
    style.py     a theme put on the application
    icons.py     icons as strokes

What the rest of the editor uses of it is offered here.
"""

from zoo_gui.theme.category import category_of, slot
from zoo_gui.theme.icons import icon
from zoo_gui.theme.schemes import DARK, HIGH_CONTRAST, LIGHT, THEMES, theme_named
from zoo_gui.theme.style import apply_theme
from zoo_gui.theme.theme import Theme

__all__ = [
    "DARK",
    "HIGH_CONTRAST",
    "LIGHT",
    "THEMES",
    "Theme",
    "apply_theme",
    "category_of",
    "icon",
    "slot",
    "theme_named",
]
