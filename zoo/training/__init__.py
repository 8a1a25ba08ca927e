"""Training: a graph, a task and Lightning's Trainer; a checkpoint that carries all of it; and writing on from
there.

    result = zoo.training.train("gpt", text="shakespeare.txt", options=Options(steps=1000))
    model, tokenizers = zoo.training.load_checkpoint(result.best)
    zoo.training.generate(result.best, "To be", length=200)

What is learned is a task (zoo.tasks). A run goes through small files, each with one thought:

    options, schedule, optimizers what may be chosen, and what follows from it
    module, diagnosis             loss, gradients, measurements; where a NaN was born
    keeper, watcher, display      what happens around a step, and what a person sees of it
    checkpoint, header, provenance, saving, folder
                                  what is kept, where; graphs: the way back to a model
    metrics, curves               the measurements as a table, and for TensorBoard
    processes, sharding           several processes that share a run, and a model in parts
    start, resuming, planning     beginning a run, going on with one, and what both need
    job, run, trainer             all that a run needs, and running it
    decode                        writing on

Needs the extra ``train``: ``pip install "layerzoo[train]"``. Importing this package loads neither it nor
torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zoo.training.extra import require

if TYPE_CHECKING:
    from zoo.training.decode import generate as generate
    from zoo.training.decode import stream as stream
    from zoo.training.evaluating import evaluate as evaluate
    from zoo.training.graphs import load_checkpoint as load_checkpoint
    from zoo.training.job import Result as Result
    from zoo.training.options import Options as Options
    from zoo.training.resuming import resume as resume
    from zoo.training.start import train as train
    from zoo.training.watcher import Watcher as Watcher

_HOME = {
    "Options": "options",
    "Result": "job",
    "Watcher": "watcher",
    "evaluate": "evaluating",
    "generate": "decode",
    "load_checkpoint": "graphs",
    "resume": "resuming",
    "stream": "decode",
    "train": "start",
}

__all__ = [
    "Options",
    "Result",
    "Watcher",
    "evaluate",
    "generate",
    "load_checkpoint",
    "resume",
    "stream",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.training' has no attribute '{name}'")
    if _HOME[name] in ("evaluating", "resuming", "start"):
        require("lightning", "safetensors")
    return getattr(import_module(f"zoo.training.{_HOME[name]}"), name)
