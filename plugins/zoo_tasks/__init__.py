"""First-party tasks: language modelling, classification, translation, music, captioning, long-range memory.

A pack like any other: each task is a class in its own file, provided by the hook ``zoo_tasks``. Small graphs
are included for tasks whose ports no other graph of the library has.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import zoo
from zoo.tasks import Task
from zoo_tasks.adding import Adding
from zoo_tasks.captioning import Captioning
from zoo_tasks.language_modelling import LanguageModelling
from zoo_tasks.listops import ListOps
from zoo_tasks.music import Music
from zoo_tasks.order import Order, TemporalOrder
from zoo_tasks.recall import CopyMemory, DelayedRecall
from zoo_tasks.reversal import Reversal
from zoo_tasks.sentiment import Sentiment
from zoo_tasks.translation import Translation


@zoo.hookimpl
def zoo_tasks() -> Mapping[str, type[Task]]:
    """The tasks by name."""
    return {
        "adding": Adding,
        "captioning": Captioning,
        "copy_memory": CopyMemory,
        "delayed_recall": DelayedRecall,
        "language_modelling": LanguageModelling,
        "listops": ListOps,
        "music": Music,
        "order": Order,
        "reversal": Reversal,
        "sentiment": Sentiment,
        "temporal_order": TemporalOrder,
        "translation": Translation,
    }


@zoo.hookimpl
def zoo_graphs() -> Path:
    """The folder of their graphs."""
    return Path(__file__).parent / "graphs"
