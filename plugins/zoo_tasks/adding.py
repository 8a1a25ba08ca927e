"""The adding problem: a long-range benchmark of two marked numbers in a long sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from zoo.errors import TrainingError
from zoo.tasks import Baseline, Batch, Data, Mean, Outputs, Plan, Task, generated, masked

RIGHT = 0.04
"""The largest error of an answer that counts as right (Hochreiter & Schmidhuber 1997)."""


class Adding(Task):
    """Add the two marked numbers of a long sequence.

    Each step has a number and a mark. ``le2015`` (Le, Jaitly & Hinton 2015): numbers from U[0, 1], two marks
    anywhere, the target is the sum; always answering 1 has a squared error of 1/6. ``hs97`` (Hochreiter &
    Schmidhuber 1997): numbers from U[−1, 1], T to T + T/10 steps, the first mark within the first 10 steps,
    the second before T/2, the target is 0.5 + (x₁ + x₂)/4.
    """

    kind: ClassVar[str] = "many-to-one, regression"
    feeds: ClassVar[Mapping[str, str]] = {
        "x": "float batch time features",
        "mask": "optional bool batch time",
    }
    reads: ClassVar[Mapping[str, str]] = {"y": "float batch one"}
    graph: ClassVar[str] = "lstm_regressor"

    length: Annotated[int, Field(ge=2, description="steps, T")] = 100
    variant: Annotated[Literal["le2015", "hs97"], Field(description="whose definition")] = "le2015"

    def data(self, plan: Plan) -> Data:
        if self.variant == "hs97" and self.length < 24:
            raise TrainingError(
                f"hs97 has its second mark between step 10 and T/2: T is 24 or more, not {self.length}"
            )
        name, loss = ("always 1", 1 / 6) if self.variant == "le2015" else ("always 0.5", 1 / 24)
        return generated(
            self._le if self.variant == "le2015" else self._hs,
            plan,
            params={"features": 2},
            about=f"rows of {self.length} numbers, two of them marked",
            unit="squared error",
            baseline=Baseline(name=name, loss=loss),
        )

    def _le(self, examples: int, generator: torch.Generator) -> Batch:
        numbers = torch.rand(examples, self.length, generator=generator)
        places = torch.rand(examples, self.length, generator=generator).topk(2, 1).indices
        return _batch(numbers, places, torch.full((examples,), self.length), scale=1.0, shift=0.0)

    def _hs(self, examples: int, generator: torch.Generator) -> Batch:
        most = self.length + self.length // 10
        lengths = torch.randint(self.length, most + 1, (examples,), generator=generator)
        numbers = 2 * torch.rand(examples, most, generator=generator) - 1
        first = torch.randint(10, (examples,), generator=generator)
        # Drawn from the positions before T/2 − 1 other than the first.
        second = torch.randint(self.length // 2 - 2, (examples,), generator=generator)
        second = second + (second >= first)
        return _batch(numbers, torch.stack([first, second], 1), lengths, scale=0.25, shift=0.5)

    def loss(self, outputs: Outputs, batch: Batch) -> Mean:
        return masked((outputs["y"] - batch.target) ** 2, None)

    def measure(self, outputs: Outputs, batch: Batch) -> Mapping[str, Mean]:
        right = (outputs["y"] - batch.target).abs() <= RIGHT
        return {"loss": self.loss(outputs, batch), "right": masked(right.float(), None)}


def _batch(numbers: Tensor, places: Tensor, lengths: Tensor, scale: float, shift: float) -> Batch:
    marks = torch.zeros_like(numbers).scatter_(1, places, 1.0)
    mask = torch.arange(numbers.shape[1]) < lengths[:, None]
    x = torch.stack([numbers, marks], -1) * mask[..., None]
    target = shift + scale * numbers.gather(1, places).sum(1, keepdim=True)
    return Batch({"x": x, "mask": mask}, target)
