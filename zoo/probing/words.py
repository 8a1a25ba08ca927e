"""What each step of a sequence says, for people: the word, piece or character that its token stands for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from torch import Tensor

from zoo.tasks import Tokenizer

Words: TypeAlias = tuple[tuple[str, ...], ...]
"""Examples × steps; nothing at padding."""
_SHOWN = str.maketrans({" ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍"})


def words(tokens: Tensor, real: Tensor, tokenizer: Tokenizer) -> Words:
    """What tokens say where ``real`` is true; both are batch × step."""
    return tuple(tuple(_row(row, own, tokenizer)) for row, own in zip(tokens, real, strict=True))


def _row(tokens: Tensor, real: Tensor, tokenizer: Tokenizer) -> Iterator[str]:
    for token, counts in zip(tokens, real, strict=True):
        text = tokenizer.decode([int(token)]) if bool(counts) else ""
        yield (text.strip() or text).translate(_SHOWN)  # pieces of words have their space in front
