"""Checks on what a task returns, before a model is trained: its batches, its loss, its measurements.

A mistake in them would otherwise appear far from its place, and one in ``measure`` only when it is called.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Mapping
from typing import cast

from torch import Tensor

from zoo.compiler.exhausted import lacks_memory
from zoo.errors import TrainingError, ZooError
from zoo.tasks.batch import Batch, Mean, Outputs
from zoo.tasks.task import Data, Task

_MEAN = "return a sum and a count, as zoo.tasks.cross_entropy does, or Mean(values.sum(), values.numel())"


def checked_batch(batch: object, task: Task, what: str) -> Batch:
    """Require a Batch with examples."""
    if not isinstance(batch, Batch):
        raise _refusal(task, "data", f"{what} must be a zoo.tasks.Batch, and {_kind(batch)} came")
    if not len(batch.target):
        raise _refusal(
            task, "data", f"{what} must have examples, and its target has the shape (0, ...); add some"
        )
    return batch


def first_measured(task: Task, data: Data) -> Batch:
    """The first validation batch. TrainingError if there is none."""
    for batch in data.validation():
        return checked_batch(batch, task, "a validation batch")
    raise _refusal(
        task, "data", "`validation` must return a batch at least, and none came; hold some data back"
    )


def check_loss(task: Task, outputs: Outputs, batch: Batch) -> None:
    """Require a loss that is a Mean and has a gradient with respect to some output."""
    given = {
        name: each.detach().clone().requires_grad_() if each.is_floating_point() else each
        for name, each in outputs.items()
    }
    loss = _mean(task, "loss", _called(task, task.loss, given, batch), "the loss")
    if not loss.total.requires_grad:
        raise _refusal(
            task,
            "loss",
            "the loss must depend on the outputs by differentiable functions, and it has no gradient; do not "
            "detach it, and do not count (argmax, ==)",
        )


def check_measure(task: Task, outputs: Outputs, batch: Batch) -> None:
    """Require measurements that are Means, ``loss`` among them."""
    found = _called(task, task.measure, outputs, batch)
    if not isinstance(found, Mapping):
        raise _refusal(
            task, "measure", f"it must return Means by name, and {_kind(found)} came; return {{'loss': ...}}"
        )
    measured = cast("Mapping[str, object]", found)
    if "loss" not in measured:
        there = ", ".join(map(repr, measured)) or "nothing"
        raise _refusal(
            task,
            "measure",
            f"'loss' must be among what it measures, and there is {there}; add 'loss', which says which "
            "checkpoint is the best",
        )
    for name, each in measured.items():
        _mean(task, "measure", each, f"'{name}'")


def _mean(task: Task, method: str, found: object, what: str) -> Mean:
    if not isinstance(found, Mean):
        raise _refusal(task, method, f"{what} must be a zoo.tasks.Mean, and {_kind(found)} came; {_MEAN}")
    total = cast("object", found.total)
    if not isinstance(total, Tensor) or total.ndim:
        raise _refusal(
            task,
            method,
            f"the sum of {what} must be a tensor of one number, and {_kind(total)} came; {_MEAN}",
        )
    return found


def _called(task: Task, method: Callable[[Outputs, Batch], object], outputs: Outputs, batch: Batch) -> object:
    """What a method of the task returns. TrainingError, with the place, for whatever it raises."""
    try:
        return method(outputs, batch)
    except ZooError:
        raise
    except Exception as error:  # the code is the author's, and may raise anything
        if lacks_memory(error):
            raise
        given = ", ".join(f"{name} {_shape(each)}" for name, each in outputs.items())
        place = _place(task, method.__name__, error)
        raise TrainingError(
            f"{place}{type(task).__name__}.{method.__name__} does not work for the outputs {given} and "
            f"the target {_shape(batch.target)}: {type(error).__name__}: {error}"
        ) from error


def _refusal(task: Task, method: str, message: str) -> TrainingError:
    return TrainingError(f"{_place(task, method)}{type(task).__name__}.{method}: {message}")


def _place(task: Task, method: str, error: Exception | None = None) -> str:
    """``FILE:LINE: `` of a method, or of the line in its file where an error arose."""
    code = getattr(inspect.unwrap(getattr(type(task), method)), "__code__", None)
    if code is None:
        return ""
    line = code.co_firstlineno
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        line = next((each.lineno for each in reversed(frames) if each.filename == code.co_filename), line)
    return f"{code.co_filename}:{line}: "


def _kind(value: object) -> str:
    return _shape(value) if isinstance(value, Tensor) else type(value).__name__


def _shape(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
