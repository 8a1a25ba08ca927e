"""Between graphs and models: the graph to train, its text for the checkpoint, and the way back from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import nn

import zoo
from zoo.errors import CheckpointError, GraphError
from zoo.files import dumps, read
from zoo.graph import Graph
from zoo.packs import locate
from zoo.problems import has_errors
from zoo.tasks import Tokenizer
from zoo.training.checkpoint import Checkpoint, Document, read_checkpoint
from zoo.values import Frozen, Scalar


def as_graph(graph: Graph | str | Path) -> Graph:
    """A graph itself, or from its file, or the library's one of that name."""
    return graph if isinstance(graph, Graph) else zoo.load(locate(str(graph)))


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


def document_of(graph: Graph) -> Document:
    """The text of a graph and of the files it uses, as a checkpoint holds them."""
    return Document(text=dumps(graph), files={name: document_of(used) for name, used in graph.files.items()})


def graph_of(document: Document, name: str) -> Graph:
    """The graph of a document; problems are said to be in ``name``. GraphError when it does not read."""
    reading = read(document.text, name)
    if has_errors(reading.problems):
        raise GraphError(reading.problems)
    return replace(
        reading.graph, files=Frozen({file: graph_of(used, file) for file, used in document.files.items()})
    )
