"""The common part of tasks with one label per sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from zoo_tasks.smoothed import Smoothed


class Classification(Smoothed):
    """One label per sequence, with cross-entropy."""

    kind: ClassVar[str] = "many-to-one"
    feeds: ClassVar[Mapping[str, str]] = {"tokens": "int batch time", "mask": "optional bool batch time"}
    reads: ClassVar[Mapping[str, str]] = {"logits": "float batch classes"}
