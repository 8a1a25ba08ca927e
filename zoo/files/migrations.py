"""Migrations from older versions of the format.

``MIGRATIONS`` maps a version to a function that rewrites a text of that version to the next one. It works on
the text (with ``zoo.files.tree`` for offsets), so that comments are preserved. A text is migrated step by
step to ``FORMAT``. So far, there is only one version.
"""

from __future__ import annotations

from collections.abc import Callable

FORMAT = "zoo/1"
"""The version that is written."""

MIGRATIONS: dict[str, Callable[[str], str]] = {}
