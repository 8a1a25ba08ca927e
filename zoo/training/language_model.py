"""The task of a language model: which graphs can take it, and what their model is before it has learned
anything.

Any graph with ``tokens: int batch time`` -> ``logits: float batch time vocab`` will do. A graph that lacks a
port, or that could read the answer (the logits of a step depend on a later token), is told so before a minute
is spent on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zoo.errors import TrainingError, did_you_mean
from zoo.graph import Graph
from zoo.values import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

PORTS = (
    "a language model has the input `tokens: int batch time` and the output `logits: float batch time vocab`"
)


def check_ports(graph: Graph) -> None:
    """Raise TrainingError that names every port the graph lacks, or needs beyond a language model's."""
    faults: list[str] = []
    tokens = graph.inputs.get("tokens")
    if tokens is None:
        faults.append(f"it has no input 'tokens'{did_you_mean('tokens', graph.inputs)}")
    elif tokens.dtype != "int" or len(tokens.shape) != 2:
        faults.append(f"its input 'tokens' is `{tokens}`")
    others = [f"'{name}'" for name, port in graph.inputs.items() if name != "tokens" and not port.optional]
    if others:
        faults.append(f"it also needs the input{'s' if len(others) > 1 else ''} {', '.join(others)}")
    if "logits" not in graph.outputs:
        faults.append(f"it has no output 'logits'{did_you_mean('logits', graph.outputs)}")
    if faults:
        raise TrainingError(f"graph '{graph.name}' is no language model: {' and '.join(faults)}; {PORTS}")


def fit_params(
    graph: Graph, chosen: Mapping[str, Scalar], vocabulary: int, context: int | None
) -> tuple[dict[str, Scalar], int | None]:
    """The graph's params and the context: ``vocab`` and ``context`` follow the text unless chosen.

    The context is None when neither the caller nor the graph says anything about it.
    """
    params = dict(chosen)
    for name in params:
        if name not in graph.params:
            has = ", ".join(graph.params) or "none"
            raise TrainingError(
                f"graph '{graph.name}' has no param '{name}'{did_you_mean(name, graph.params)}; it has {has}"
            )
    if "vocab" in graph.params:
        params.setdefault("vocab", vocabulary)
    if "context" in graph.params:
        if context is not None:
            params.setdefault("context", context)
        longest = params.get("context", graph.params["context"])
        if isinstance(longest, int):
            context = min(context or longest, longest)
    return params, context


def logits_of(outputs: Any) -> Float[Tensor, "batch time vocab"]:
    """The logits among a model's outputs: its only output, or the one of that name."""
    return outputs if isinstance(outputs, Tensor) else outputs.logits


def probe(model: nn.Module, vocabulary: int, context: int, name: str) -> None:
    """Raise TrainingError for a model that cannot score the vocabulary or sees the future: it is tried."""
    time = min(context, 7)
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randint(vocabulary, (2, time), generator=generator)
    changed = tokens.clone()
    changed[:, -1] = (changed[:, -1] + 1) % vocabulary
    first, second = _in_evaluation(model, lambda: (logits_of(model(tokens)), logits_of(model(changed))))
    if first.ndim != 3 or first.shape[:2] != (2, time):
        raise TrainingError(
            f"the logits of graph '{name}' must have the shape (batch, time, vocab), but for tokens of shape "
            f"(2, {time}) they have {tuple(first.shape)}"
        )
    if first.shape[2] < vocabulary:
        raise TrainingError(
            f"the text has {vocabulary} different characters, but graph '{name}' scores {first.shape[2]}; "
            "use a param `vocab` in its embedding and output layer, or a larger number there"
        )
    noise = 1e-5 * float(1 + first.abs().max())
    if not torch.allclose(first[:, :-1], second[:, :-1], rtol=1e-4, atol=noise):
        raise TrainingError(
            f"graph '{name}' sees the future: its logits change with a token that comes after them, so it "
            "would learn to copy, not to predict; its attention must be causal (`with: {causal: true}`), its "
            "scans must walk forward"
        )


def _in_evaluation(model: nn.Module, ask: Callable[[], tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return ask()
    finally:
        model.train(training)
