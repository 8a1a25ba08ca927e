"""Writing on: the next character is drawn from what the model expects after those before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zoo.errors import TrainingError
from zoo.training.language_model import logits_of

if TYPE_CHECKING:
    from zoo.training.vocabulary import Vocabulary


def continuation(
    model: nn.Module,
    vocabulary: Vocabulary,
    prompt: str,
    *,
    length: int,
    context: int | None = None,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
) -> Iterator[str]:
    """Yield ``length`` characters that continue ``prompt``, one at a time.

    The model sees the last ``context`` characters (None: all of them). ``temperature`` divides the logits: 0
    always takes the likeliest character, 1 draws from the model's own distribution; ``top_k`` draws from the
    k likeliest only. With the same seed the same text comes out. Raises TrainingError for characters the
    vocabulary lacks.
    """
    if length < 0 or temperature < 0 or (top_k is not None and top_k < 1):
        raise TrainingError(
            f"length and temperature must not be negative and top_k must be positive; "
            f"these are {length}, {temperature} and {top_k}"
        )
    if not prompt:
        raise TrainingError("a prompt must have a character to begin with; a line end will do")
    tokens: list[int] = vocabulary.encode(prompt).tolist()
    return _draw(model, vocabulary, tokens, length, context, temperature, top_k, seed)


def _draw(
    model: nn.Module,
    vocabulary: Vocabulary,
    tokens: list[int],
    length: int,
    context: int | None,
    temperature: float,
    top_k: int | None,
    seed: int,
) -> Iterator[str]:
    # On the CPU, so that a seed means the same text on every device.
    generator = torch.Generator().manual_seed(seed)
    device = next(model.parameters()).device
    training = model.training
    model.eval()
    try:
        for _ in range(length):
            window = torch.tensor([tokens[-context:] if context else tokens], device=device)
            with torch.no_grad():
                logits = logits_of(model(window))[0, -1, : len(vocabulary)].float().cpu()
            token = sample(logits, temperature, top_k, generator)
            tokens.append(token)
            yield vocabulary.characters[token]
    finally:
        model.train(training)


def sample(
    logits: Float[Tensor, " vocab"], temperature: float, top_k: int | None, generator: torch.Generator
) -> int:
    """One token, drawn from softmax(logits / temperature) over the ``top_k`` likeliest tokens."""
    if temperature == 0:
        return int(logits.argmax())
    if top_k is not None and top_k < len(logits):
        kept = logits.topk(top_k)
        chosen = torch.multinomial(torch.softmax(kept.values / temperature, -1), 1, generator=generator)
        return int(kept.indices[chosen])
    return int(torch.multinomial(torch.softmax(logits / temperature, -1), 1, generator=generator))
