"""What tasks share that write a target token by token: translation, reversal, captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field
from torch import Tensor

from zoo.tasks import Batch, Mean, Outputs, Smoothing, Task, accuracy, cross_entropy, shifted
from zoo.tasks.tokenizers import PADDING

FEEDS: Mapping[str, str] = {
    "source": "int batch source",
    "source_mask": "optional bool batch source",
    "target": "int batch target",
}
"""The inputs of an encoder-decoder."""


class Writing(Task):
    """A target written token by token, given everything else, by cross-entropy."""

    reads: ClassVar[Mapping[str, str]] = {"logits": "float batch target vocab"}
    future: ClassVar[Mapping[str, str]] = {"target": "logits"}
    perplexity: ClassVar[bool] = True

    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    smooth_over: Smoothing = "all"

    def loss(self, outputs: Outputs, batch: Batch) -> Mean:
        return cross_entropy(
            outputs["logits"],
            batch.target,
            batch.mask,
            smoothing=self.label_smoothing,
            over=self.smooth_over,
            padding=PADDING,
        )

    def measure(self, outputs: Outputs, batch: Batch) -> Mapping[str, Mean]:
        logits = outputs["logits"]
        return {
            "loss": cross_entropy(logits, batch.target, batch.mask),
            "accuracy": accuracy(logits, batch.target, batch.mask),
        }


def written(inputs: Mapping[str, Tensor], targets: Sequence[Tensor]) -> Batch:
    """A batch whose targets, rows of tokens, are fed shifted right after a start, and end with an end."""
    fed, answers, mask = shifted(targets)
    return Batch({**inputs, "target": fed}, answers, mask)
