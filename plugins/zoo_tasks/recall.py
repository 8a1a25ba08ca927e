"""Delayed recall and copy memory: repeating symbols after a long delay."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar

import torch
from pydantic import Field

from zoo.tasks import Baseline, Batch, Data, Mean, Outputs, Plan, accuracy, generated
from zoo_tasks.smoothed import Smoothed

SYMBOLS = 8
LENGTH = 10
"""The number of digits to copy."""


class _Remembering(Smoothed):
    """Answers at some positions of a sequence, with the ports of a language model."""

    kind: ClassVar[str] = "many-to-many, causal"
    feeds: ClassVar[Mapping[str, str]] = {"tokens": "int batch time"}
    reads: ClassVar[Mapping[str, str]] = {"logits": "float batch time vocab"}
    graph: ClassVar[str] = "lstm_language_model"


class DelayedRecall(_Remembering):
    """Recall the first symbol after a long delay.

    One of 8 symbols, ``lag`` distractors from 8 others, and a query mark: the answer is the first symbol.
    """

    lag: Annotated[int, Field(ge=0, description="distractors in between")] = 30

    def data(self, plan: Plan) -> Data:
        query = 2 * SYMBOLS

        def make(examples: int, generator: torch.Generator) -> Batch:
            first = torch.randint(SYMBOLS, (examples, 1), generator=generator)
            between = torch.randint(SYMBOLS, query, (examples, self.lag), generator=generator)
            tokens = torch.cat([first, between, torch.full((examples, 1), query)], 1)
            mask = torch.zeros_like(tokens, dtype=torch.bool)
            mask[:, -1] = True
            return Batch({"tokens": tokens}, first.expand_as(tokens), mask)

        return generated(
            make,
            plan,
            params={"vocab": query + 1, "context": self.lag + 2},
            about=f"{self.lag} distractors between a symbol and the question",
            baseline=Baseline(name="guessing", loss=math.log(SYMBOLS)),
        )


class CopyMemory(_Remembering):
    """Repeat ten digits after a long blank.

    10 digits of 8, T − 1 blanks, 11 marks; the target is T + 10 blanks and then the digits (Arjovsky, Shah &
    Bengio 2016). A model without memory has a loss of 10 ln 8 / (T + 20) per step; only a clearly lower loss
    shows learning.
    """

    length: Annotated[int, Field(gt=0, description="T")] = 100

    def data(self, plan: Plan) -> Data:
        blank, mark = SYMBOLS, SYMBOLS + 1

        def make(examples: int, generator: torch.Generator) -> Batch:
            digits = torch.randint(SYMBOLS, (examples, LENGTH), generator=generator)
            blanks = torch.full((examples, self.length - 1), blank)
            tokens = torch.cat([digits, blanks, torch.full((examples, LENGTH + 1), mark)], 1)
            answer = torch.cat([torch.full((examples, self.length + LENGTH), blank), digits], 1)
            return Batch({"tokens": tokens}, answer)

        return generated(
            make,
            plan,
            params={"vocab": SYMBOLS + 2, "context": self.length + 2 * LENGTH},
            about=f"10 digits, {self.length - 1} blanks, 11 marks",
            unit="nats a step",
            baseline=Baseline(name="no memory", loss=LENGTH * math.log(SYMBOLS) / (self.length + 2 * LENGTH)),
        )

    def measure(self, outputs: Outputs, batch: Batch) -> Mapping[str, Mean]:
        logits, digits = outputs["logits"][:, -LENGTH:], batch.target[:, -LENGTH:]
        return {**super().measure(outputs, batch), "accuracy": accuracy(logits, digits)}
