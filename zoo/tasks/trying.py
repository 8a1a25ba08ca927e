"""Checks on a model before it is trained: are its outputs as expected, and does it see the target?

What the task itself returns is checked as well (``judging``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor, nn

from zoo.errors import TrainingError
from zoo.graph import Graph
from zoo.tasks.batch import Batch
from zoo.tasks.judging import check_loss, check_measure, checked_batch, first_measured
from zoo.tasks.ports import Ports
from zoo.tasks.task import Data, Task
from zoo.values import Scalar


def try_model(
    task: Task, graph: Graph, model: nn.Module, ports: Ports, data: Data, params: Mapping[str, Scalar]
) -> None:
    """Raise TrainingError for a model that cannot learn the task, or only seemingly.

    On the first examples of the data, its outputs must be finite and have the shapes that the task expects.
    Where an input contains the target one step later (``Task.future``), the scores of a step must not depend
    on later steps. The task's loss and what it measures are computed once (see ``judging``).
    """
    few = _first(checked_batch(data.batch(0), task, "a training batch"), 2)
    outputs, given = _evaluate(model, ports, few)
    for name in ports.losses:
        own = given if isinstance(given, Tensor) else getattr(given, name)
        if own.ndim != 1 or not own.is_floating_point():
            raise TrainingError(
                f"the output '{name}' of graph '{graph.name}' is a loss by its name, which is `float batch`, "
                f"one number a sequence, and its shape is {tuple(own.shape)}; rename it, or take a mean"
            )
    for name, words in task.reads.items():
        _check_shape(graph, name, words.split()[1:], outputs[name], few, data.params)
    if not all(bool(each.isfinite().all()) for each in outputs.values()):
        raise TrainingError(
            f"the outputs of graph '{graph.name}' are not all finite before anything is learned, so nothing "
            "can be learned"
        )
    for port, scores in task.future.items():
        _look_ahead(graph, model, ports, few, port, scores, params)
    check_loss(task, outputs, few)
    measured = _first(first_measured(task, data), 2)
    check_measure(task, _evaluate(model, ports, measured)[0], measured)


def _check_shape(
    graph: Graph, name: str, axes: list[str], output: Tensor, batch: Batch, sizes: Mapping[str, Scalar]
) -> None:
    rows = len(batch.target)
    if output.ndim != len(axes) or (axes[0] == "batch" and len(output) != rows):
        given = ", ".join(f"{port} {tuple(each.shape)}" for port, each in batch.inputs.items())
        raise TrainingError(
            f"the {name} of graph '{graph.name}' must have the shape ({', '.join(axes)}), but for inputs of "
            f"{given} they have {tuple(output.shape)}"
        )
    for axis, size in zip(axes, output.shape, strict=True):
        wanted = sizes.get(axis)
        if isinstance(wanted, int) and size < wanted:
            raise TrainingError(
                f"the data have {axis} = {wanted}, but graph '{graph.name}' scores {size}; use a param "
                f"`{axis}` in its last layer and wherever the number stands, or a larger number"
            )


def _first(batch: Batch, rows: int) -> Batch:
    mask = None if batch.mask is None else batch.mask[:rows]
    return Batch({name: each[:rows] for name, each in batch.inputs.items()}, batch.target[:rows], mask)


def _look_ahead(
    graph: Graph,
    model: nn.Module,
    ports: Ports,
    batch: Batch,
    port: str,
    scores: str,
    params: Mapping[str, Scalar],
) -> None:
    """Change an input from each of two positions on; the scores before it must not change.

    Both positions are odd, so that in layers that work on blocks they lie inside a block.
    """
    one = _first(batch, 1)
    time = one.inputs[port].shape[1]
    cuts = sorted({time // 2 | 1, time - 1} & set(range(1, time)))
    values = one.inputs[port]
    changed = [values, *(torch.cat([values[:, :cut], other_values(values)[:, cut:]], 1) for cut in cuts)]
    inputs = {
        name: torch.cat(changed) if name == port else each.expand(len(changed), *each.shape[1:])
        for name, each in one.inputs.items()
    }
    logits = _evaluate(model, ports, Batch(inputs, one.target))[0][scores]
    noise = 1e-5 * float(1 + logits.abs().max())
    for row, cut in enumerate(cuts, 1):
        if not torch.allclose(logits[0, :cut], logits[row, :cut], rtol=1e-4, atol=noise):
            raise TrainingError(
                f"graph '{graph.name}' sees the future: its {scores} change with a later step of '{port}', "
                "so it would learn to copy, not to predict" + _where(graph, ports, port, params)
            )


def other_values(values: Tensor) -> Tensor:
    """Another value at every position, of those that occur."""
    if values.is_floating_point():
        return 1 - values
    known = cast(Any, values).unique()
    return known[(torch.searchsorted(known, values.contiguous()) + 1) % len(known)]


def _where(graph: Graph, ports: Ports, port: str, params: Mapping[str, Scalar]) -> str:
    """The nodes that see the future, if the checker finds them."""
    from zoo.checker import resolve

    axis = str(graph.inputs[ports.inputs[port]].shape[1])
    problems = resolve(replace(graph, causal=(axis,)), params=params).problems
    found = [problem for problem in problems if problem.code == "future-seen"]
    if not found:
        return "; its attention must be causal (`with: {causal: true}`), its scans must walk forward"
    return "".join(f"\n{each}" for each in found)


def _evaluate(model: nn.Module, ports: Ports, batch: Batch) -> tuple[dict[str, Tensor], Any]:
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return ports.run(model, batch.inputs)
    finally:
        model.train(training)
