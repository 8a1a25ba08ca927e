"""Between graphs and models: the graph to train, and the way back from a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import nn

import zoo
from zoo import arguments
from zoo.errors import CheckpointError
from zoo.files.texts import graph_of
from zoo.graph import Graph
from zoo.packs import locate
from zoo.tasks import Tokenizer
from zoo.training.checkpoint import Checkpoint, read_checkpoint
from zoo.values import Scalar


def as_graph(graph: Graph | str | Path) -> Graph:
    """A graph itself, or from its file, or the library's one of that name."""
    if isinstance(graph, str | Path):
        return zoo.load(locate(str(graph)))
    return arguments.graph(graph)


def initial_model(graph: Graph, seed: int, params: Mapping[str, Scalar]) -> nn.Module:
    """The graph's model with the initial weights of a seed. GraphError when the graph has errors."""
    from zoo.compiler import compile_graph

    return compile_graph(graph, seed=seed, params=params)


def load_checkpoint(path: str | Path) -> tuple[nn.Module, dict[str, Tokenizer]]:
    """The model of a checkpoint (a run's folder, or a file in it) and its tokenizers by port, on the CPU,
    evaluating.

    Raises CheckpointError for a file that is missing, cut short, or something else.
    """
    checkpoint = read_checkpoint(path)
    return restored(checkpoint), checkpoint.header.made()


def restored(checkpoint: Checkpoint) -> nn.Module:
    """The model of a checkpoint, in evaluation mode."""
    header = checkpoint.header
    graph = graph_of(checkpoint.document, checkpoint.name)
    model = initial_model(graph, header.options.seed, header.params)
    try:
        model.load_state_dict(checkpoint.weights)
    except RuntimeError as error:
        raise CheckpointError(
            f"the weights of the checkpoint do not fit the model that its graph makes now; "
            f"it was probably made with other versions of the layers: {error}"
        ) from None
    return model.eval()
