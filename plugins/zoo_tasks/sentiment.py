"""Is a text for or against? Or whatever else its labels say: the task of classifiers of texts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, ClassVar, TypeAlias

import torch
from pydantic import Field
from torch import Tensor

from zoo.errors import TrainingError
from zoo.tasks import (
    Baseline,
    Batch,
    Data,
    Level,
    Plan,
    Tokenizer,
    bucketed,
    padded,
    split_off,
    train_tokenizer,
)
from zoo.tasks.tokenizers import PADDING, UNKNOWN
from zoo_tasks.classification import Classification
from zoo_tasks.opinions import opinions
from zoo_tasks.tables import read_table

_Example: TypeAlias = tuple[str, str]


class Sentiment(Classification):
    """Classify texts: for or against, or by any other labels.

    The examples are rows of a CSV or TSV file or objects of a JSONL file, with a text and a label each; a
    tenth of them is held back unless ``validation`` names a file of its own. Without a file it learns made
    sentences in which negation and contrast decide.
    """

    graph: ClassVar[str] = "sentiment_classifier"

    file: Annotated[str | None, Field(description="CSV, TSV or JSONL; made sentences without")] = None
    validation: Annotated[str | None, Field(description="another such file, to measure on")] = None
    sentences: Annotated[int, Field(gt=9, description="how many made sentences")] = 4000
    text: Annotated[str, Field(description="the column of the texts")] = "text"
    label: Annotated[str, Field(description="the column of the labels")] = "label"
    level: Annotated[Level, Field(description="what a token is")] = "words"
    size: Annotated[int, Field(gt=4, description="the most words, or pieces of words")] = 8000
    longest: Annotated[int, Field(gt=0, description="tokens; what is longer is cut")] = 512
    lowercase: bool = True

    def data(self, plan: Plan) -> Data:
        train, validation, source, digest = self._examples(plan)
        labels = sorted({label for _, label in train})
        strange = sorted({label for _, label in validation} - set(labels))
        if len(labels) < 2 or strange:
            found = f"'{strange[0]}' is in none of them" if strange else f"there is {len(labels)}"
            raise TrainingError(f"{source} is to have two labels or more to learn from, and {found}")
        tokenizer = plan.tokenizers.get("tokens") or train_tokenizer(
            self.level, [text for text, _ in train], size=self.size
        )
        parts = [
            [(_encoded(tokenizer, text, self.longest), labels.index(label)) for text, label in part]
            for part in (train, validation)
        ]

        def make(examples: Sequence[tuple[Tensor, int]]) -> Batch:
            tokens, mask = padded([tokens for tokens, _ in examples], PADDING)
            return Batch({"tokens": tokens, "mask": mask}, torch.tensor([label for _, label in examples]))

        batches = bucketed(parts[0], parts[1], lambda example: len(example[0]), make, plan)
        return Data(
            batch=batches.batch,
            validation=batches.validation,
            epoch=batches.epoch,
            params={"vocab": len(tokenizer), "classes": len(labels)},
            about=(
                f"{len(tokenizer):,} different tokens, labels {', '.join(labels)}",
                f"learns from {source}: {len(train):,} texts, and {len(validation):,} more are held back",
            ),
            tokenizers={"tokens": tokenizer},
            baseline=_guess([label for _, label in train], [label for _, label in validation]),
            source=source,
            digest=digest,
        )

    def _examples(self, plan: Plan) -> tuple[list[_Example], list[_Example], str, str]:
        """What is learned, what is measured on, what to call it, and its hash."""
        if self.file is None:
            digest = f"{self.sentences} made sentences"
            plan.recognise(digest, digest)
            return *split_off(opinions(self.sentences)), digest, digest
        rows, digest = read_table(self.file, (self.text, self.label))
        if self.validation is not None:
            others, more = read_table(self.validation, (self.text, self.label))
            digest = f"{digest} {more}"
        else:
            rows, others = split_off(rows)
        plan.recognise(digest, self.file)
        train, validation = ([self._cleaned(row) for row in part] for part in (rows, others))
        return train, validation, self.file, digest

    def _cleaned(self, row: tuple[str, ...]) -> _Example:
        text, label = row
        return (text.lower() if self.lowercase else text), label.strip()


def _encoded(tokenizer: Tokenizer, text: str, longest: int) -> Tensor:
    tokens = tokenizer.encode(text)[:longest]
    # A text of which nothing is left still has a place, so that no mask is empty.
    return tokens if len(tokens) else torch.tensor([UNKNOWN])


def _guess(train: Sequence[str], validation: Sequence[str]) -> Baseline:
    """The loss of who knows how common each label is, and reads nothing."""
    counts = Counter(train)
    return Baseline(
        name="guessing by how common each label is",
        loss=sum(-math.log(counts[label] / len(train)) for label in validation) / len(validation),
    )
