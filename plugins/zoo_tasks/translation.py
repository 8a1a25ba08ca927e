"""Translation, with an encoder and a decoder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, TypeAlias

import torch
from pydantic import Field
from torch import Tensor

from zoo.errors import TrainingError
from zoo.tasks import (
    Batch,
    Data,
    Decoding,
    File,
    Level,
    Plan,
    Tokenizer,
    bucketed,
    padded,
    split_off,
    train_tokenizer,
)
from zoo.tasks.text import read_text
from zoo.tasks.tokenizers import PADDING, UNKNOWN
from zoo_tasks.numbers import numbers_and_dates
from zoo_tasks.tables import read_table
from zoo_tasks.writing import FEEDS, Writing, written

_Pair: TypeAlias = tuple[str, str]


class Translation(Writing):
    """Translate sentences.

    The pairs come from two files with one sentence per line (``source_file``, ``target_file``), or a TSV, CSV
    or JSONL ``file`` with the fields ``source`` and ``target``; a tenth of them is held back unless there are
    validation files. The default data are numbers and dates in the words of two languages.
    """

    kind: ClassVar[str] = "many-to-many"
    feeds: ClassVar[Mapping[str, str]] = FEEDS
    graph: ClassVar[str] = "transformer"
    decoding: ClassVar[Decoding | None] = Decoding(target="target", given=("source", "source_mask"))

    source_file: Annotated[File | None, Field(description="sentences to translate, one per line")] = None
    target_file: Annotated[File | None, Field(description="their translations, line by line")] = None
    source_validation: Annotated[File | None, Field(description="such files for validation")] = None
    target_validation: Annotated[File | None, Field(description="and their translations")] = None
    file: Annotated[File | None, Field(description="TSV, CSV or JSONL with source and target")] = None
    source_language: Annotated[str, Field(description="of the built-in pairs")] = "en"
    target_language: Annotated[str, Field(description="of the built-in pairs")] = "de"
    pairs: Annotated[int, Field(gt=1, le=200_000, description="how many built-in pairs")] = 10_000
    level: Annotated[Level, Field(description="what a token is")] = "bpe"
    size: Annotated[int, Field(gt=4, description="the largest vocabulary of words or BPE")] = 8000
    shared: Annotated[bool, Field(description="one vocabulary for both languages")] = True
    longest: Annotated[int, Field(gt=0, description="tokens; longer pairs are left out")] = 100

    def data(self, plan: Plan) -> Data:
        train, validation, source, digest = self._pairs()
        plan.recognise(digest, source)
        tokenizers = {port: plan.tokenizers[port] for port in ("source", "target") if port in plan.tokenizers}
        tokenizers = tokenizers or self._tokenizers(train)
        parts = [self._encoded(part, tokenizers) for part in (train, validation)]
        if not parts[0] or not parts[1]:
            raise TrainingError(
                f"no pair of {source} is left to {'measure on' if parts[0] else 'learn from'}: all have more "
                f"than {self.longest} tokens; take a larger --with longest=N"
            )

        def make(examples: Sequence[tuple[Tensor, Tensor]]) -> Batch:
            tokens, mask = padded([source for source, _ in examples], PADDING)
            return written({"source": tokens, "source_mask": mask}, [target for _, target in examples])

        batches = bucketed(parts[0], parts[1], lambda pair: len(pair[0]) + len(pair[1]), make, plan)
        sizes = {port: len(tokenizer) for port, tokenizer in tokenizers.items()}
        left_out = len(train) + len(validation) - len(parts[0]) - len(parts[1])
        note = f"; {left_out:,} longer than {self.longest} tokens are left out" if left_out else ""
        return Data(
            batch=batches.batch,
            validation=batches.validation,
            epoch=batches.epoch,
            params={
                "vocab": max(sizes.values()),
                "source_vocab": sizes["source"],
                "target_vocab": sizes["target"],
            },
            about=(
                f"{sizes['source']:,} and {sizes['target']:,} tokens",
                f"learns from {source}: {len(parts[0]):,} pairs, and {len(parts[1]):,} are held back{note}",
            ),
            tokenizers=tokenizers,
            unit="nats a token",
            source=source,
            digest=digest,
        )

    def _pairs(self) -> tuple[list[_Pair], list[_Pair], str, str]:
        """Training set, validation set, their name, and their hash."""
        self._agree()
        if self.source_file and self.target_file:
            rows, digest = _aligned(self.source_file, self.target_file)
            name = f"{self.source_file} and {self.target_file}"
            if self.source_validation and self.target_validation:
                others, more = _aligned(self.source_validation, self.target_validation)
                return rows, others, name, f"{digest} {more}"
            return *split_off(rows, name), name, digest
        if self.file:
            table = read_table(self.file, ("source", "target"))
            return *split_off([(row[0], row[1]) for row in table.rows], self.file), self.file, table.digest
        name = f"numbers and dates, {self.source_language} to {self.target_language}"
        made = numbers_and_dates(self.pairs, self.source_language, self.target_language)
        return *split_off(made), name, hashlib.sha256(repr(made).encode()).hexdigest()

    def _agree(self) -> None:
        """Raise TrainingError for combinations of files of which some would be ignored."""
        for part in ("file", "validation"):
            names = f"source_{part}", f"target_{part}"
            if sum(bool(getattr(self, name)) for name in names) == 1:
                raise TrainingError(
                    f"a translation has two sides: name both --with {names[0]} and {names[1]}"
                )
        if self.file and self.source_file:
            raise TrainingError("name either a file with both sides, or source_file and target_file, not all")
        if self.source_validation and not self.source_file:
            raise TrainingError(
                "source_validation and target_validation are measured on beside source_file and target_file; "
                "name these, too"
            )

    def _tokenizers(self, pairs: Sequence[_Pair]) -> dict[str, Tokenizer]:
        sides = [[pair[side] for pair in pairs] for side in (0, 1)]
        if self.shared:
            both = train_tokenizer(self.level, [*sides[0], *sides[1]], size=self.size)
            return {"source": both, "target": both}
        source, target = (train_tokenizer(self.level, side, size=self.size) for side in sides)
        return {"source": source, "target": target}

    def _encoded(
        self, pairs: Sequence[_Pair], tokenizers: Mapping[str, Tokenizer]
    ) -> list[tuple[Tensor, Tensor]]:
        encoded = (
            (tokenizers["source"].encode(source), tokenizers["target"].encode(target))
            for source, target in pairs
        )
        nothing = torch.tensor([UNKNOWN])  # instead of a source without tokens, whose mask would be empty
        return [
            (source if len(source) else nothing, target)
            for source, target in encoded
            if max(len(source), len(target)) <= self.longest
        ]


def _aligned(source: str, target: str) -> tuple[list[_Pair], str]:
    """Pairs of lines of two files, and a hash of both. TrainingError if their numbers of lines differ."""
    texts = [read_text(each)[0] for each in (source, target)]
    sides = [text.removesuffix("\n").split("\n") for text in texts]
    if len(sides[0]) != len(sides[1]):
        raise TrainingError(
            f"two files of a translation have the same number of lines: {source} has {len(sides[0]):,} and "
            f"{target} has {len(sides[1]):,}"
        )
    return list(zip(*sides, strict=True)), hashlib.sha256("\0".join(texts).encode()).hexdigest()
