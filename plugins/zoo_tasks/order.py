"""Two tasks about the order of symbols."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field

from zoo.tasks import Baseline, Batch, Data, Plan, generated
from zoo_tasks.classification import Classification

WINDOWS = {"6a": ((10, 20), (50, 60)), "6b": ((10, 20), (33, 43), (66, 76))}
"""The positions of the symbols in a sequence of 100 steps."""


class TemporalOrder(Classification):
    """Classify the order of X and Y, which are far apart among distractors.

    Hochreiter & Schmidhuber 1997, 6a: X or Y at steps 10–20 and 50–60 of 100–110, 4 classes; 6b: at 10–20,
    33–43 and 66–76, 8 classes. A sequence begins with E, ends with B, and has one of a, b, c, d elsewhere.
    With another ``length`` the windows scale accordingly.
    """

    graph: ClassVar[str] = "recurrent_classifier"

    variant: Annotated[Literal["6a", "6b"], Field(description="two symbols, or three")] = "6a"
    length: Annotated[int, Field(ge=20, description="steps; a tenth more at most")] = 100

    def data(self, plan: Plan) -> Data:
        windows = WINDOWS[self.variant]
        begin, end, symbols, distractors = 0, 1, 2, 4  # E, B, X Y, a b c d

        def make(examples: int, generator: torch.Generator) -> Batch:
            most = self.length + self.length // 10
            lengths = torch.randint(self.length, most + 1, (examples,), generator=generator)
            tokens = torch.randint(distractors, 8, (examples, most), generator=generator)
            tokens[:, 0] = begin
            target = torch.zeros(examples, dtype=torch.int64)
            rows = torch.arange(examples)
            for low, high in windows:
                first, last = low * self.length // 100, high * self.length // 100
                places = torch.randint(first, last + 1, (examples,), generator=generator)
                which = torch.randint(2, (examples,), generator=generator)
                tokens[rows, places] = symbols + which
                target = 2 * target + which
            tokens[rows, lengths - 1] = end
            mask = torch.arange(most) < lengths[:, None]
            return Batch({"tokens": tokens * mask, "mask": mask}, target)

        classes = 2 ** len(windows)
        return generated(
            make,
            plan,
            params={"vocab": 8, "classes": classes},
            about=f"{len(windows)} symbols in {self.length} to {self.length + self.length // 10} steps",
            baseline=Baseline(name="guessing", loss=math.log(classes)),
        )


class Order(Classification):
    """Decide whether a comes before b.

    Both occur once among other letters, anywhere; without position information a model can only guess.
    """

    graph: ClassVar[str] = "encoder_classifier"

    length: Annotated[int, Field(ge=2, description="letters")] = 20

    def data(self, plan: Plan) -> Data:
        def make(examples: int, generator: torch.Generator) -> Batch:
            tokens = torch.randint(2, 26, (examples, self.length), generator=generator)
            places = torch.rand(examples, self.length, generator=generator).topk(2, 1).indices
            tokens.scatter_(1, places, torch.arange(2).expand(examples, 2))
            mask = torch.ones_like(tokens, dtype=torch.bool)
            return Batch({"tokens": tokens, "mask": mask}, (places[:, 0] < places[:, 1]).long())

        return generated(
            make,
            plan,
            params={"vocab": 26, "classes": 2},
            about=f"{self.length} letters, a and b among them",
            baseline=Baseline(name="guessing", loss=math.log(2)),
        )
