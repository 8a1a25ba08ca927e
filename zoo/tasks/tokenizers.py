"""Tokenizers: characters, words and byte pairs, by Hugging Face's ``tokenizers``.

A tokenizer can be written as JSON, so that a checkpoint contains it without pickling.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast, runtime_checkable

import torch
from jaxtyping import Int
from torch import Tensor

from zoo import extras
from zoo.errors import TrainingError
from zoo.tasks.characters import Vocabulary

if TYPE_CHECKING:
    import tokenizers

Level = Literal["characters", "words", "bpe"]
PADDING, START, END, UNKNOWN = 0, 1, 2, 3
SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")


@runtime_checkable
class Tokenizer(Protocol):
    """Converts text into tokens and back."""

    def __len__(self) -> int: ...

    def encode(self, text: str) -> Int[Tensor, " time"]:
        """The tokens of a text, without start and end."""
        ...

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of some tokens, without padding, start and end."""
        ...

    def unknown(self, text: str) -> list[str]:
        """The characters or words of a text that have no token of their own, in the order of the text."""
        ...

    def to_text(self) -> str:
        """The tokenizer as JSON, for ``tokenizer_of``."""
        ...


class Pieces:
    """A tokenizer of Hugging Face, with the special tokens ``<pad> <s> </s> <unk>`` at 0 to 3."""

    def __init__(self, inner: tokenizers.Tokenizer) -> None:
        self._inner = inner

    def __len__(self) -> int:
        return self._inner.get_vocab_size()

    def encode(self, text: str) -> Int[Tensor, " time"]:
        return torch.tensor(self._encoded(text).ids, dtype=torch.int64)

    def decode(self, tokens: Iterable[int]) -> str:
        return self._inner.decode(list(tokens), skip_special_tokens=True)

    def unknown(self, text: str) -> list[str]:
        found = self._encoded(text)
        places = (place for token, place in zip(found.ids, found.offsets, strict=True) if token == UNKNOWN)
        return list(dict.fromkeys(text[begin:end] for begin, end in places))

    def _encoded(self, text: str) -> tokenizers.Encoding:
        try:
            return self._inner.encode(text, add_special_tokens=False)
        except TypeError:  # what it says of half of a surrogate pair
            raise TrainingError(
                f"a text must be UTF-8, not {text[:60]!r}; save or type it in that encoding"
            ) from None

    def to_text(self) -> str:
        return self._inner.to_str()


def train_tokenizer(
    level: Level, texts: Sequence[str], *, size: int = 8000, special: bool = True
) -> Tokenizer:
    """Train a tokenizer on some texts: on characters, the most frequent words, or byte pairs (BPE).

    ``size`` limits the vocabulary of words and byte pairs. Without ``special`` tokens, the vocabulary of
    characters consists of those of the texts only (``Vocabulary``).
    """
    if level == "characters" and not special:
        return Vocabulary.of("".join(texts))
    _require()
    from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, trainers
    from tokenizers import Tokenizer as Inner

    inner: Any
    trainer: Any
    if level == "bpe":
        inner = Inner(models.BPE(unk_token=None))
        inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        inner.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=list(SPECIAL),
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        )
    elif level == "words":
        inner = Inner(models.WordLevel(unk_token=SPECIAL[UNKNOWN]))
        inner.normalizer = normalizers.NFC()
        inner.pre_tokenizer = pre_tokenizers.Whitespace()
        trainer = trainers.WordLevelTrainer(
            vocab_size=size, special_tokens=list(SPECIAL), show_progress=False
        )
    else:
        inner = Inner(models.WordLevel(unk_token=SPECIAL[UNKNOWN]))
        inner.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
        inner.decoder = decoders.Fuse()
        trainer = trainers.WordLevelTrainer(special_tokens=list(SPECIAL), show_progress=False)
    inner.train_from_iterator(texts, trainer)
    return Pieces(inner)


def tokenizer_of(text: str) -> Tokenizer:
    """The tokenizer that ``to_text`` returned. Raises ValueError for anything else."""
    document: Any = json.loads(text)
    if isinstance(document, dict) and "characters" in document:
        return Vocabulary(str(cast("dict[str, Any]", document)["characters"]))
    _require()
    from tokenizers import Tokenizer as Inner

    try:
        return Pieces(Inner.from_str(text))
    except Exception as error:  # noqa: BLE001 - tokenizers raises nothing more special than Exception
        raise ValueError(f"no tokenizer: {error}") from None


def _require() -> None:
    extras.require(
        "train", "tokenizers", what="words and pieces of words need tokenizers", error=TrainingError
    )
