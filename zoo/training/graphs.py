"""From graphs to models: the graph to train, and the model of a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, nn

import zoo
from zoo import arguments
from zoo.errors import CheckpointError
from zoo.files.texts import graph_of
from zoo.graph import Graph
from zoo.packs import locate
from zoo.tasks import Tokenizer
from zoo.training.checkpoint import Checkpoint, read_checkpoint
from zoo.values import Scalar

MOST = 4
"""How many weights that do not fit are named."""


def as_graph(graph: Graph | str | Path) -> Graph:
    """A graph given as such, as a file, or as the name of a graph of the library."""
    if isinstance(graph, str | Path):
        return zoo.load(locate(str(graph)))
    return arguments.graph(graph)


def initial_model(graph: Graph, seed: int, params: Mapping[str, Scalar]) -> nn.Module:
    """The graph's model with initial weights from a seed. GraphError when the graph has errors."""
    from zoo.compiler import compile_graph

    return compile_graph(graph, seed=seed, params=params)


def load_checkpoint(path: str | Path) -> tuple[nn.Module, dict[str, Tokenizer]]:
    """The model of a checkpoint (a run's folder, or a file in it) and its tokenizers by port.

    The model is on the CPU and in evaluation mode. Raises CheckpointError for a file that is missing,
    truncated, or not a checkpoint.
    """
    checkpoint = read_checkpoint(path)
    return restored(checkpoint), checkpoint.header.made()


def restored(checkpoint: Checkpoint) -> nn.Module:
    """The model of a checkpoint, in evaluation mode."""
    header = checkpoint.header
    graph = graph_of(checkpoint.document, checkpoint.name)
    model = initial_model(graph, header.options.seed, header.params)
    faults = _load(model, checkpoint.weights)
    if faults:
        more = f" and {len(faults) - MOST} more" if len(faults) > MOST else ""
        raise CheckpointError(
            f"the weights of {checkpoint.name} do not fit the model that its graph makes now: "
            f"{', '.join(faults[:MOST])}{more}; install the versions of the packs that it was made with "
            f"({checkpoint.header.provenance.said}), or begin a new run with what fits (--from)"
        )
    return model.eval()


def _load(model: nn.Module, saved: Mapping[str, Tensor]) -> list[str]:
    """Load a model's weights; returns a phrase for each that is missing, unexpected, or of another shape."""
    own = model.state_dict()
    other = {
        name: f"'{name}' is {sizes(tensor)} instead of {sizes(own[name])}"
        for name, tensor in saved.items()
        if name in own and own[name].shape != tensor.shape
    }
    fitting = {name: tensor for name, tensor in saved.items() if name not in other}
    found: Any = model.load_state_dict(fitting, strict=False)  # torch types it in part
    return [
        *(f"'{name}' is missing" for name in found.missing_keys if name not in other),
        *(f"'{name}' is unknown" for name in found.unexpected_keys),
        *other.values(),
    ]


def sizes(tensor: Tensor) -> str:
    """The shape of a tensor, for a message: ``24 × 8``."""
    return " × ".join(map(str, tensor.shape)) or "one number"
