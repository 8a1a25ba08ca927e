"""Say what is to be seen: the task of captioners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from zoo.tasks import Batch, Data, Decoding, Level, Plan, bucketed, split_off, train_tokenizer
from zoo_tasks.pictures import digits, folder, shapes
from zoo_tasks.writing import Writing, written


class Captioning(Writing):
    """Write what a picture shows.

    A picture comes as a vector of its pixels. Built in are the handwritten digits of scikit-learn, to be
    spelled, and drawn shapes, to be described; a ``folder`` of one's own holds pictures and
    ``captions.tsv`` (.csv, .jsonl) with the fields ``file`` and ``caption``.
    """

    kind: ClassVar[str] = "one-to-many"
    feeds: ClassVar[Mapping[str, str]] = {"image": "float batch features", "target": "int batch target"}
    graph: ClassVar[str] = "captioner"
    decoding: ClassVar[Decoding | None] = Decoding(target="target", given=("image",))

    pictures: Annotated[Literal["digits", "shapes"], Field(description="which built-in ones")] = "digits"
    folder: Annotated[str | None, Field(description="pictures of one's own, with captions")] = None
    side: Annotated[int, Field(gt=0, description="pixels that these are made small to")] = 32
    level: Annotated[Level | None, Field(description="what a token is; digits are spelled")] = None
    size: Annotated[int, Field(gt=4, description="the most words, or pieces of words")] = 8000

    def data(self, plan: Plan) -> Data:
        if self.folder is not None:
            examples, digest = folder(Path(self.folder), self.side)
            source, level = self.folder, self.level or "words"
        elif self.pictures == "digits":
            examples, digest = digits(), "digits of scikit-learn"
            source, level = digest, self.level or "characters"
        else:
            examples, digest = shapes(3000), "shapes 1"
            source, level = "drawn shapes", self.level or "words"
        plan.recognise(digest, source)
        train, validation = split_off(examples)
        tokenizer = plan.tokenizers.get("target") or train_tokenizer(
            level, [caption for _, caption in train], size=self.size
        )
        parts = [
            [(image, tokenizer.encode(caption)) for image, caption in part] for part in (train, validation)
        ]

        def make(examples: Sequence[tuple[Tensor, Tensor]]) -> Batch:
            images = torch.stack([image for image, _ in examples])
            return written({"image": images}, [caption for _, caption in examples])

        batches = bucketed(parts[0], parts[1], lambda example: len(example[1]), make, plan)
        return Data(
            batch=batches.batch,
            validation=batches.validation,
            epoch=batches.epoch,
            params={"vocab": len(tokenizer), "features": len(examples[0][0])},
            about=(
                f"{len(examples[0][0]):,} pixels, {len(tokenizer):,} tokens",
                f"learns from {source}: {len(train):,} pictures, and {len(validation):,} more are held back",
            ),
            tokenizers={"target": tokenizer},
            unit="nats a token",
            source=source,
            digest=digest,
        )
