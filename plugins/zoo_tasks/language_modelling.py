"""Language modelling: predicting the next token of a text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Annotated, ClassVar

from pydantic import Field

from zoo.errors import TrainingError
from zoo.tasks import Baseline, Batch, Data, Decoding, File, Level, Mean, Outputs, Plan, cross_entropy
from zoo.tasks.text import read_texts
from zoo.tasks.tokenizers import Tokenizer, train_tokenizer
from zoo_tasks.bigram import bigram_loss
from zoo_tasks.smoothed import Smoothed
from zoo_tasks.windows import (
    TrainingWindows,
    carried_validation,
    carried_windows,
    given,
    split,
    validation_windows,
)

DEFAULT_CONTEXT = 128
MEASURED_AT_ONCE = 2048
"""Tokens per validation batch, unless a training batch has more."""


class LanguageModelling(Smoothed):
    """Predict the next character, word or piece of a word of a text.

    The last tenth of the text is held back, unless ``validation`` names another one. The loss is the
    cross-entropy of each token in windows of ``context`` tokens, given those before it. The default text is
    ``pydoc_data.topics``, half a megabyte of English that comes with every Python.
    """

    kind: ClassVar[str] = "many-to-many, causal"
    feeds: ClassVar[Mapping[str, str]] = {"tokens": "int batch time"}
    reads: ClassVar[Mapping[str, str]] = {"logits": "float batch time vocab"}
    graph: ClassVar[str] = "gpt"
    future: ClassVar[Mapping[str, str]] = {"tokens": "logits"}
    perplexity: ClassVar[bool] = True
    decoding: ClassVar[Decoding | None] = Decoding(target="tokens", tokenizer="tokens", start=False)

    text: Annotated[File | None, Field(description="UTF-8, or a folder of .txt; built-in without")] = None
    validation: Annotated[File | None, Field(description="another such text, for validation")] = None
    level: Annotated[Level, Field(description="what a token is")] = "characters"
    size: Annotated[int, Field(gt=4, description="the largest vocabulary of words or BPE")] = 8000
    context: Annotated[int | None, Field(gt=0, description="tokens per window; the graph's, or 128")] = None

    def data(self, plan: Plan) -> Data:
        written, measured_on, name = self._texts()
        digest = hashlib.sha256("\0".join(filter(None, (written, measured_on))).encode()).hexdigest()
        plan.recognise(digest, name)
        tokenizer = plan.tokenizers.get("tokens") or self._tokenizer(written, measured_on)
        context = self._context(plan)
        tokens, unit = tokenizer.encode(written), f"{self._unit}s"
        if measured_on:
            train, validation = given(tokens, tokenizer.encode(measured_on), context, unit)
        else:
            train, validation = split(tokens, context, unit)
        windows = TrainingWindows(train, context, plan.batch, plan.seed)
        measured = carried_validation if plan.carry else validation_windows
        # Without gradients a batch can be larger than in training, which saves time.
        at_once = max(plan.batch, MEASURED_AT_ONCE // context)
        held = f"of {self.validation} to measure on" if measured_on else "are held back for validation"
        many = unit if len(tokenizer) > 1 else self._unit
        different = f"different {many}" if self.level == "characters" and len(tokenizer) > 1 else many
        return Data(
            batch=carried_windows(train, context, plan.batch) if plan.carry else windows.__getitem__,
            validation=partial(measured, validation, context, at_once),
            params={"vocab": len(tokenizer), **({"context": self.context} if self.context else {})},
            about=(
                f"{len(tokenizer)} {different}, {context} of them in view",
                f"learns from {name}: {len(train):,} {unit}, and {len(validation):,} more {held}",
            ),
            epoch=windows.steps_each_epoch,
            tokenizers={"tokens": tokenizer},
            context=context,
            unit=f"nats a {self._unit}",
            baseline=Baseline(
                name="bigram model",
                loss=bigram_loss(train, validation, len(tokenizer)),
            ),
            source=name,
            digest=digest,
        )

    def _texts(self) -> tuple[str, str, str]:
        """The text, the validation text if there is one, and the name of the first."""
        if self.validation is not None and self.text is None:
            raise TrainingError("validation is a text beside one to learn from; name that, too: --text FILE")
        written, name = read_texts(self.text)
        return written, "" if self.validation is None else read_texts(self.validation)[0], name

    def _tokenizer(self, written: str, measured_on: str) -> Tokenizer:
        # Characters, unlike the other tokenizers, do not have a token for what is unknown.
        texts = [written, measured_on] if self.level == "characters" else [written]
        return train_tokenizer(self.level, texts, size=self.size, special=False)

    def _context(self, plan: Plan) -> int:
        longest = plan.params.get("context")
        if isinstance(longest, int) and (self.context is None or "context" in plan.chosen):
            # Windows cannot be longer than the context of the graph.
            return min(self.context or longest, longest)
        return self.context or DEFAULT_CONTEXT

    @property
    def _unit(self) -> str:
        return {"characters": "character", "words": "word", "bpe": "token"}[self.level]

    def measure(self, outputs: Outputs, batch: Batch) -> Mapping[str, Mean]:
        return {"loss": cross_entropy(outputs["logits"], batch.target)}
