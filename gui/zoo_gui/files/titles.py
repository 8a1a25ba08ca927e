"""What a graph of the library is called on a card: ``Seq2seq Bahdanau`` for ``seq2seq_bahdanau``.

Which words are written with capitals is read off the texts of the packs, so that those of strangers are
written as they write them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_ENDS = '.:?!"“'
"""After these a capital says nothing."""


def spellings(texts: Iterable[str]) -> dict[str, str]:
    """How words are written amid sentences, where that is not in small letters: ``LSTM`` for ``lstm``."""
    seen: dict[str, Counter[str]] = {}
    for text in texts:
        for found in _WORD.finditer(text):
            word, before = found[0], text[: found.start()].rstrip(" \n(`*")
            plain = word.removesuffix("s") if word[:-1].isupper() else word  # LSTMs
            if word[1:].islower() and (not before or before[-1] in _ENDS):
                continue
            seen.setdefault(plain.lower(), Counter())[plain] += 1
    common = {word: count.most_common(1)[0][0] for word, count in seen.items()}
    return {word: written for word, written in common.items() if written != word}


def title(name: str, written: Mapping[str, str]) -> str:
    """A name in words, written as ``spellings`` says; what nobody could speak is an abbreviation."""
    words = [written.get(word) or (word.upper() if _unspoken(word) else word) for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:] if words[0].islower() else words[0], *words[1:]])


def _unspoken(word: str) -> bool:
    return word.isalpha() and not set(word) & set("aeiouy")
