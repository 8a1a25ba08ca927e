"""Character tokens: the vocabulary of a character-level model is the sorted characters of its text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from zoo.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The characters that a model knows, sorted by code point; a token is an index into them."""

    characters: str

    def __post_init__(self) -> None:
        if not self.characters or any(
            a >= b for a, b in zip(self.characters, self.characters[1:], strict=False)
        ):
            raise ValueError("a vocabulary is a string of different characters, sorted by code point")

    def __len__(self) -> int:
        return len(self.characters)

    @classmethod
    def of(cls, text: str) -> Vocabulary:
        """The vocabulary of a text."""
        return cls("".join(sorted(set(text))))

    def encode(self, text: str) -> Int[Tensor, " time"]:
        """The tokens of a text. Raises TrainingError that names every unknown character."""
        known = _code_points(self.characters)
        points = _code_points(text)
        tokens = torch.searchsorted(known, points).clamp_(max=len(known) - 1)
        strange = known[tokens] != points
        if bool(strange.any()):
            names = sorted(self.unknown(text))
            raise TrainingError(
                f"the model has never seen {_listed(names)}: it knows the {len(self)} characters of the text "
                f"it was trained on; leave {'it' if len(names) == 1 else 'them'} out"
            )
        return tokens

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of some tokens."""
        return "".join(self.characters[token] for token in tokens)

    def unknown(self, text: str) -> list[str]:
        """The characters of a text that are not in the vocabulary, in the order of the text."""
        return list(dict.fromkeys(character for character in text if character not in self.characters))

    def to_text(self) -> str:
        """The vocabulary as JSON."""
        return json.dumps({"characters": self.characters})


def _code_points(text: str) -> Int[Tensor, " time"]:
    # Via a buffer, because a loop over the characters of a large text takes seconds. A prompt from the
    # command line may contain lone surrogates (bytes that are not UTF-8), later reported as unknown.
    raw = bytearray(text.encode("utf-32-le", "surrogatepass"))
    return torch.frombuffer(raw, dtype=torch.int32) if raw else torch.empty(0, dtype=torch.int32)


def _listed(characters: list[str], most: int = 10) -> str:
    # With code points, because many characters look alike.
    named = [f"{c!r} (U+{ord(c):04X})" for c in characters[:most]]
    shown = ", ".join(named)
    rest = len(characters) - most
    return f"{shown} and {rest} other characters" if rest > 0 else shown
