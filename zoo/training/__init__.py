"""Training: a graph, a text and Lightning's Trainer; a checkpoint that carries all of it; and writing on from
there.

    result = zoo.training.train("gpt", text="shakespeare.txt", options=Options(steps=1000))
    model, vocabulary = zoo.training.load_checkpoint(result.best)
    zoo.training.generate(result.best, "To be", length=200)

A text goes through small files, each with one thought:

    text, vocabulary, windows     a text as characters, as tokens, as batches
    bigram                        the loss to beat
    language_model                which graphs can take this task
    module, schedule              loss, optimizer, learning rate
    keeper, watcher, display      what happens around a step, and what a person sees of it
    checkpoint, folder, graphs    what is kept, where, and the way back to a model
    start, run                    beginning or resuming a run, and running it
    decode                        writing on

Needs the extra ``train``: ``pip install 'layerzoo[train]'``. Importing this package loads neither it nor
torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zoo.training.extra import require

if TYPE_CHECKING:
    from zoo.training.decode import generate as generate
    from zoo.training.graphs import load_checkpoint as load_checkpoint
    from zoo.training.options import Options as Options
    from zoo.training.run import Result as Result
    from zoo.training.start import resume as resume
    from zoo.training.start import train as train
    from zoo.training.vocabulary import Vocabulary as Vocabulary
    from zoo.training.watcher import Watcher as Watcher

_HOME = {
    "Options": "options",
    "Result": "run",
    "Vocabulary": "vocabulary",
    "Watcher": "watcher",
    "generate": "decode",
    "load_checkpoint": "graphs",
    "resume": "start",
    "train": "start",
}

__all__ = ["Options", "Result", "Vocabulary", "Watcher", "generate", "load_checkpoint", "resume", "train"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.training' has no attribute '{name}'")
    if _HOME[name] in ("run", "start"):
        require("lightning", "safetensors")
    return getattr(import_module(f"zoo.training.{_HOME[name]}"), name)
