"""Reversal of digits: the smallest task for an encoder and a decoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import torch
from pydantic import Field

from zoo.errors import TrainingError
from zoo.tasks import Batch, Data, Decoding, Plan, generated, padded, train_tokenizer
from zoo.tasks.tokenizers import PADDING
from zoo_tasks.writing import FEEDS, Writing, written


class Reversal(Writing):
    """Write a sequence of digits backwards.

    Sequences have ``shortest`` to ``longest`` digits. An encoder that passes on a single state fails on long
    ones, attention does not; Bahdanau, Cho & Bengio, ICLR 2015, show the same for sentences.
    """

    kind: ClassVar[str] = "many-to-many"
    feeds: ClassVar[Mapping[str, str]] = FEEDS
    graph: ClassVar[str] = "seq2seq_additive"
    decoding: ClassVar[Decoding | None] = Decoding(target="target", given=("source", "source_mask"))

    shortest: Annotated[int, Field(gt=0, description="digits of the shortest sequence")] = 4
    longest: Annotated[int, Field(gt=0, description="digits of the longest sequence")] = 30

    def data(self, plan: Plan) -> Data:
        if self.shortest > self.longest:
            raise TrainingError(
                f"shortest must be at most longest, and {self.shortest} and {self.longest} came; take a "
                "smaller --with shortest=N, or a larger --with longest=N"
            )
        tokenizer = plan.tokenizers.get("target") or train_tokenizer("characters", ["0123456789"])
        digits = tokenizer.encode("0123456789")

        def make(examples: int, generator: torch.Generator) -> Batch:
            lengths = torch.randint(self.shortest, self.longest + 1, (examples,), generator=generator)
            rows = [digits[torch.randint(10, (int(each),), generator=generator)] for each in lengths]
            source, mask = padded(rows, PADDING)
            return written({"source": source, "source_mask": mask}, [row.flip(0) for row in rows])

        return generated(
            make,
            plan,
            params={"vocab": len(tokenizer)},
            about=f"rows of {self.shortest} to {self.longest} digits",
            tokenizers={"source": tokenizer, "target": tokenizer},
        )
