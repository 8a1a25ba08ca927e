"""Checkpoints of older formats, converted when read."""

from __future__ import annotations

import json
from typing import Any


def from_format_1(header: dict[str, Any]) -> dict[str, Any]:
    """Convert a header of ``zoo/checkpoint/1``, of character language models; leave others as they are."""
    if header.get("format") != "zoo/checkpoint/1":
        return header
    old = dict(header)
    try:
        characters, bigram = old.pop("characters"), old.pop("bigram_loss")
        text, digest = old.pop("text"), old.pop("text_sha256")
    except KeyError:
        return header  # which validation will refuse
    options = dict(old["options"])
    context = options.pop("context", None)
    return {
        **old,
        "format": "zoo/checkpoint/2",
        "task": "language_modelling",
        "settings": {
            **({} if text is None else {"text": text}),
            **({} if context is None else {"context": context}),
        },
        "tokenizers": {"tokens": json.dumps({"characters": characters})},
        "unit": "nats a character",
        "options": options,
        "source": text or "the built-in text of another Python",
        "digest": digest,
        "baseline": {"name": "bigram model", "loss": bigram},
    }
