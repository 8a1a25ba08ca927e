"""The common part of tasks with logits: cross-entropy with label smoothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from zoo.tasks import Batch, Mean, Outputs, Smoothing, Task, accuracy, cross_entropy


class Smoothed(Task):
    """Trained by cross-entropy with label smoothing; measured without it, and by accuracy."""

    padding: ClassVar[int | None] = None
    """The token that is never an answer, if there is one."""

    label_smoothing: Annotated[
        float, Field(ge=0, lt=1, description="the probability ε that other labels share")
    ] = 0.0
    smooth_over: Annotated[Smoothing, Field(description="which labels share it")] = "all"

    def loss(self, outputs: Outputs, batch: Batch) -> Mean:
        return cross_entropy(
            outputs["logits"],
            batch.target,
            batch.mask,
            smoothing=self.label_smoothing,
            over=self.smooth_over,
            padding=self.padding,
        )

    def measure(self, outputs: Outputs, batch: Batch) -> Mapping[str, Mean]:
        logits = outputs["logits"]
        return {
            "loss": cross_entropy(logits, batch.target, batch.mask),
            "accuracy": accuracy(logits, batch.target, batch.mask),
        }
