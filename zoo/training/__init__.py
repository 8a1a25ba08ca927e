"""Training: a graph, a task and a loop on Lightning Fabric; checkpoints with all of it; text generation.

    result = zoo.training.train("gpt", text="shakespeare.txt", options=Options(steps=1000))
    model, tokenizers = zoo.training.load_checkpoint(result.best)
    zoo.training.generate(result.best, "To be", length=200)

What is learned is defined by a task (zoo.tasks). The modules:

    options, schedule, optimizers what can be configured, and what follows from it
    module, diagnosis             loss, gradients and measurements; where a NaN came from
    keeper, watcher, display      what happens around a step, and how it is reported
    checkpoint, header, provenance, saving, folder
                                  what is saved, and where; graphs: from a checkpoint back to a model
    metrics, curves               the measurements as a table, and for TensorBoard
    processes, sharding           several processes that share a run; sharded models
    start, resuming, planning     starting a run, resuming one, and what both need
    job, run, loop                everything a run needs, and running it
    decode, continuing            generating text; composing: other sequences, such as music
    evaluating                    a run measured on held-back or other data

Needs the extra ``train``. Importing this package loads neither it nor torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zoo.training.extra import require

if TYPE_CHECKING:
    from zoo.training.composing import compose as compose
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
    "compose": "composing",
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
    "compose",
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
