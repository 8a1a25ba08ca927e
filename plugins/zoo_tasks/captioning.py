"""Image captioning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeAlias

import torch
from pydantic import Field
from torch import Tensor

from zoo.tasks import Batch, Data, Decoding, File, Level, Plan, bucketed, split_off, train_tokenizer
from zoo_tasks.pictures import DIGIT, SIDE, Picture, digits, folder, forms, read_picture, shapes
from zoo_tasks.writing import Writing, written

_Example: TypeAlias = tuple[Picture, str]


class Captioning(Writing):
    """Write captions for pictures.

    A picture is given in the form that the graph has an input for: all its pixels (``image``), its ``rows``,
    or ``patches``, which are square. Built in are the handwritten digits of scikit-learn, to be spelled, and
    drawn shapes, to be described; a ``folder`` of your own holds pictures and their captions: a
    ``captions.tsv`` (.csv, .jsonl) with the fields ``file`` and ``caption``, a ``metadata.csv`` or .jsonl as
    of Hugging Face, a ``captions.json`` as of COCO, or a ``.txt`` beside each picture.
    """

    kind: ClassVar[str] = "one-to-many"
    feeds: ClassVar[Mapping[str, str]] = {
        "image": "optional float batch features",
        "rows": "optional float batch height width",
        "patches": "optional float batch patches pixels",
        "target": "int batch target",
    }
    one_of: ClassVar[tuple[str, ...]] = ("image", "rows", "patches")
    graph: ClassVar[str] = "captioner"
    decoding: ClassVar[Decoding | None] = Decoding(target="target", given=one_of)

    pictures: Annotated[Literal["digits", "shapes"], Field(description="which built-in ones")] = "digits"
    folder: Annotated[File | None, Field(description="your own pictures, with captions")] = None
    side: Annotated[int, Field(gt=0, description="pixels that these are scaled to")] = 32
    colours: Annotated[bool, Field(description="read these in colour, not in grey")] = False
    patch: Annotated[int, Field(gt=0, description="pixels, the side of a patch")] = 4
    level: Annotated[Level | None, Field(description="what a token is; digits are spelled")] = None
    size: Annotated[int, Field(gt=4, description="the most words, or pieces of words")] = 8000

    def data(self, plan: Plan) -> Data:
        if self.folder is not None:
            examples, digest = folder(Path(self.folder), self.side, colours=self.colours)
            source, level = self.folder, self.level or "words"
        elif self.pictures == "digits":
            examples, digest = digits(), "digits of scikit-learn"
            source, level = digest, self.level or "characters"
        else:
            examples, digest = shapes(3000), "shapes 1"
            source, level = "drawn shapes", self.level or "words"
        plan.recognise(digest, source)
        train, validation = _held_back(examples, source)
        tokenizer = plan.tokenizers.get("target") or train_tokenizer(
            level, [caption for _, caption in train], size=self.size
        )
        parts = [
            [(picture, tokenizer.encode(caption)) for picture, caption in part]
            for part in (train, validation)
        ]

        def make(examples: Sequence[tuple[Tensor, Tensor]]) -> Batch:
            seen = [forms(picture, self.patch) for picture, _ in examples]
            inputs = {form: torch.stack([each[form] for each in seen]) for form in self.one_of}
            return written(inputs, [caption for _, caption in examples])

        shown = forms(examples[0][0], self.patch)
        sizes = {"features": shown["image"], "height": shown["rows"], "patches": shown["patches"]}
        widths = {"width": shown["rows"], "pixels": shown["patches"]}

        batches = bucketed(parts[0], parts[1], lambda example: len(example[1]), make, plan)
        return Data(
            batch=batches.batch,
            validation=batches.validation,
            epoch=batches.epoch,
            params={
                "vocab": len(tokenizer),
                **{name: form.shape[0] for name, form in sizes.items()},
                **{name: form.shape[1] for name, form in widths.items()},
            },
            about=(
                f"{len(shown['image']):,} pixels, {len(tokenizer):,} tokens",
                f"learns from {source}: {len(train):,} pictures, and {len(validation):,} more are held back",
            ),
            tokenizers={"target": tokenizer},
            unit="nats a token",
            source=source,
            digest=digest,
        )

    def read(self, path: Path) -> Mapping[str, Tensor]:
        side, colours = self.side, self.colours
        if self.folder is None:
            side, colours = (DIGIT, False) if self.pictures == "digits" else (SIDE, True)
        return forms(read_picture(path, side, colours=colours), self.patch)


def _held_back(examples: Sequence[_Example], source: str) -> tuple[list[_Example], list[_Example]]:
    """Training and validation sets; all captions of a picture are in the same set."""
    held = set(split_off(list(dict.fromkeys(id(picture) for picture, _ in examples)), source)[1])
    return (
        [example for example in examples if id(example[0]) not in held],
        [example for example in examples if id(example[0]) in held],
    )
