"""The common part of tasks that generate a target token by token: translation, reversal, captioning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from torch import Tensor

from zoo.tasks import Batch, shifted
from zoo.tasks.tokenizers import PADDING
from zoo_tasks.smoothed import Smoothed

FEEDS: Mapping[str, str] = {
    "source": "int batch source",
    "source_mask": "optional bool batch source",
    "target": "int batch target",
}
"""The inputs of an encoder-decoder."""


class Writing(Smoothed):
    """A target that is generated token by token, given the other inputs."""

    reads: ClassVar[Mapping[str, str]] = {"logits": "float batch target vocab"}
    future: ClassVar[Mapping[str, str]] = {"target": "logits"}
    perplexity: ClassVar[bool] = True
    padding: ClassVar[int | None] = PADDING


def written(inputs: Mapping[str, Tensor], targets: Sequence[Tensor]) -> Batch:
    """A batch with targets for teacher forcing: shifted right as input, with an end token as target."""
    fed, answers, mask = shifted(targets)
    return Batch({**inputs, "target": fed}, answers, mask)
