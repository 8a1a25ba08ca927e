"""Older versions of the format, and how their texts become the present one.

``MIGRATIONS`` maps a version to a function that rewrites a text of that version as one of the next; it works
on the text (with ``zoo.files.tree`` for the places of things), so that comments live on. A text is taken step
by step to ``FORMAT``. There is one version so far.
"""

from __future__ import annotations

from collections.abc import Callable

FORMAT = "zoo/1"
"""The version that is written."""

MIGRATIONS: dict[str, Callable[[str], str]] = {}
