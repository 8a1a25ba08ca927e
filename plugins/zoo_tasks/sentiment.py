"""Text classification, by sentiment or any other labels."""

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
    File,
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
    """Classify texts by sentiment, or by any other labels.

    The examples are rows of a CSV or TSV file or objects of a JSONL file, each with a text and a label; a
    tenth of them is held back unless ``validation`` names another file. The default data are synthetic
    sentences whose sentiment depends on negation and contrast.
    """

    graph: ClassVar[str] = "sentiment_classifier"

    file: Annotated[File | None, Field(description="CSV, TSV or JSONL; synthetic sentences without")] = None
    validation: Annotated[File | None, Field(description="another such file, for validation")] = None
    sentences: Annotated[int, Field(gt=9, description="how many synthetic sentences")] = 4000
    text: Annotated[str, Field(description="the column of the texts")] = "text"
    label: Annotated[str, Field(description="the column of the labels")] = "label"
    level: Annotated[Level, Field(description="what a token is")] = "words"
    size: Annotated[int, Field(gt=4, description="the largest vocabulary of words or BPE")] = 8000
    longest: Annotated[int, Field(gt=0, description="tokens; longer texts are cut")] = 512
    lowercase: Annotated[bool, Field(description="convert texts to lower case")] = True

    def data(self, plan: Plan) -> Data:
        train, validation, source, digest = self._examples(plan)
        labels = _labels(train, validation, source)
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
        """Training set, validation set, their name, and their hash."""
        if self.file is None:
            if self.validation is not None:
                raise TrainingError(
                    "validation is a file beside one to learn from; name that, too: --with file=..."
                )
            digest = f"{self.sentences} made sentences"
            plan.recognise(digest, digest)
            return *split_off(opinions(self.sentences)), digest, digest
        rows, digest = self._table(self.file)
        if self.validation is not None:
            others, more = self._table(self.validation)
            digest = f"{digest} {more}"
        else:
            rows, others = split_off(rows, self.file)
        plan.recognise(digest, self.file)
        train, validation = ([self._cleaned(row) for row in part] for part in (rows, others))
        return train, validation, self.file, digest

    def _table(self, path: str) -> tuple[list[tuple[str, ...]], str]:
        rows, lines, digest = read_table(
            path,
            (self.text, self.label),
            remedy="name yours: --with text=COLUMN --with label=COLUMN",
        )
        for line, (text, label) in zip(lines, rows, strict=True):
            if not label.strip():
                raise TrainingError(
                    f"{path}:{line}: every text has a label, and there is none for {text[:60]!r}; add one, "
                    "or remove the row"
                )
        return rows, digest

    def _cleaned(self, row: tuple[str, ...]) -> _Example:
        text, label = row
        return (text.lower() if self.lowercase else text), label.strip()


def _labels(train: Sequence[_Example], validation: Sequence[_Example], source: str) -> list[str]:
    """The labels, sorted. TrainingError for fewer than two, and for others in the validation set."""
    labels = sorted({label for _, label in train})
    if len(labels) < 2:
        raise TrainingError(
            f"{source} is to have two labels or more to learn from, and there is {len(labels)}"
        )
    if strange := sorted({label for _, label in validation} - set(labels)):
        raise TrainingError(
            f"the label '{strange[0]}' is only among the texts that are held back to measure on, and a model "
            f"that learns {', '.join(labels[:9])} from {source} cannot say it; give it more texts, or none"
        )
    return labels


def _encoded(tokenizer: Tokenizer, text: str, longest: int) -> Tensor:
    tokens = tokenizer.encode(text)[:longest]
    # A text without tokens gets one, so that no mask is empty.
    return tokens if len(tokens) else torch.tensor([UNKNOWN])


def _guess(train: Sequence[str], validation: Sequence[str]) -> Baseline:
    """The loss of predicting the frequency of each label in training."""
    counts = Counter(train)
    return Baseline(
        name="guessing by how common each label is",
        loss=sum(-math.log(counts[label] / len(train)) for label in validation) / len(validation),
    )
