"""What tasks share that give one label to a whole sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from zoo.tasks import Batch, Mean, Outputs, Smoothing, Task, accuracy, cross_entropy

FEEDS: Mapping[str, str] = {"tokens": "int batch time", "mask": "optional bool batch time"}
READS: Mapping[str, str] = {"logits": "float batch classes"}


class Classification(Task):
    """One label for a sequence, by cross-entropy."""

    kind: ClassVar[str] = "many-to-one"
    feeds: ClassVar[Mapping[str, str]] = FEEDS
    reads: ClassVar[Mapping[str, str]] = READS

    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    smooth_over: Smoothing = "all"

    def loss(self, outputs: Outputs, batch: Batch) -> Mean:
        return cross_entropy(
            outputs["logits"], batch.target, smoothing=self.label_smoothing, over=self.smooth_over
        )

    def measure(self, outputs: Outputs, batch: Batch) -> Mapping[str, Mean]:
        logits = outputs["logits"]
        return {"loss": cross_entropy(logits, batch.target), "accuracy": accuracy(logits, batch.target)}
