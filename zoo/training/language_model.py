"""The task of a language model: which graphs can take it, and what their model is before it has learned
anything.

Any graph with ``tokens: int batch time`` -> ``logits: float batch time vocab`` will do. A graph that lacks a
port, or that could read the answer (the logits of a step depend on a later token), is told so before a minute
is spent on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from zoo.errors import TrainingError, did_you_mean
from zoo.graph import Graph
from zoo.values import Scalar

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


def probe(
    graph: Graph, model: nn.Module, params: Mapping[str, Scalar], vocabulary: int, context: int
) -> None:
    """Raise TrainingError for a model that cannot score the vocabulary or sees the future: it is tried."""
    # Two places to change a text from, both odd, so that layers that work by blocks are hit inside of one.
    time = min(context, 62)
    cuts = sorted({time // 2, time - 1})
    generator = torch.Generator().manual_seed(0)
    first = torch.randint(vocabulary, (time,), generator=generator)
    changed = [torch.cat([first[:cut], (first[cut:] + 1) % vocabulary]) for cut in cuts]
    tokens = torch.stack([first, *changed])
    logits = _in_evaluation(model, tokens)
    if logits.ndim != 3 or logits.shape[:2] != tokens.shape:
        raise TrainingError(
            f"the logits of graph '{graph.name}' must have the shape (batch, time, vocab), but for tokens of "
            f"shape {tuple(tokens.shape)} they have {tuple(logits.shape)}"
        )
    if logits.shape[2] < vocabulary:
        raise TrainingError(
            f"the text has {vocabulary} different characters, but graph '{graph.name}' scores "
            f"{logits.shape[2]}; use a param `vocab` in its embedding and output layer, or a larger number"
        )
    if not bool(logits.isfinite().all()):
        raise TrainingError(
            f"the logits of graph '{graph.name}' are not all finite before anything is learned, so nothing "
            "can be learned"
        )
    noise = 1e-5 * float(1 + logits.abs().max())
    for row, cut in enumerate(cuts, 1):
        if not torch.allclose(logits[0, :cut], logits[row, :cut], rtol=1e-4, atol=noise):
            raise TrainingError(
                f"graph '{graph.name}' sees the future: its logits change with a token that comes after "
                f"them, so it would learn to copy, not to predict{_where(graph, params)}"
            )


def _where(graph: Graph, params: Mapping[str, Scalar]) -> str:
    """The nodes that see the future, where the checker finds them."""
    from zoo.checker import resolve

    axis = str(graph.inputs["tokens"].shape[1])
    problems = resolve(replace(graph, causal=(axis,)), params=params).problems
    found = [problem for problem in problems if problem.code == "future-seen"]
    if not found:
        return "; its attention must be causal (`with: {causal: true}`), its scans must walk forward"
    return "".join(f"\n{each}" for each in found)


def _in_evaluation(model: nn.Module, tokens: Int[Tensor, "batch time"]) -> Tensor:
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return logits_of(model(tokens))
    finally:
        model.train(training)
