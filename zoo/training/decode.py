"""Writing on: the next character is drawn from what the model expects after those before it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zoo.errors import TrainingError
from zoo.training.checkpoint import read_checkpoint
from zoo.training.device import device_for
from zoo.training.graphs import restored
from zoo.training.language_model import logits_of
from zoo.training.options import Device
from zoo.training.vocabulary import Vocabulary


def generate(
    checkpoint: str | Path,
    prompt: str,
    *,
    length: int = 300,
    temperature: float = 0.8,
    top_k: int | None = None,
    seed: int = 0,
    device: Device = "auto",
) -> str:
    """The prompt and ``length`` characters after it, by the model of a checkpoint; for the rest see
    ``continue_text``.
    """
    return "".join(
        stream(
            checkpoint, prompt, length=length, temperature=temperature, top_k=top_k, seed=seed, device=device
        )
    )


def stream(
    checkpoint: str | Path,
    prompt: str | None,
    *,
    length: int,
    temperature: float,
    top_k: int | None,
    seed: int,
    device: Device,
) -> Iterator[str]:
    """As ``generate``, piece by piece: the prompt first, then every new character. Without a prompt it begins
    after a line end, or after the first character that the model knows.
    """
    saved = read_checkpoint(checkpoint)
    vocabulary = Vocabulary(saved.header.characters)
    if prompt is None:
        prompt = "\n" if "\n" in vocabulary.characters else vocabulary.characters[0]
    written = continue_text(
        restored(saved).to(device_for(device)),
        vocabulary,
        prompt,
        length=length,
        context=saved.header.context,
        temperature=temperature,
        top_k=top_k,
        seed=seed,
    )
    return chain([prompt], written)


def continue_text(
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
    k likeliest only. The same seed gives the same text. Raises TrainingError for characters that the
    vocabulary lacks, for an empty prompt, and for numbers out of range.
    """
    if length < 0 or not 0 <= temperature < math.inf or (top_k is not None and top_k < 1):
        raise TrainingError(
            "length must not be negative, temperature neither negative nor infinite, and top_k positive; "
            f"these are {length}, {temperature} and {top_k}"
        )
    if not prompt:
        raise TrainingError("a prompt must have a character to begin with; a line end will do")
    tokens = [int(token) for token in vocabulary.encode(prompt)]
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
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
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
    """One token, drawn from softmax(logits / temperature) over the ``top_k`` likeliest tokens.

    Raises TrainingError when no logit is a number to compare with.
    """
    if not bool(logits.max().isfinite()):
        raise TrainingError(
            f"the model's largest logit is {float(logits.max())}, so that nothing can be drawn: its weights "
            "are broken, or its precision is too low"
        )
    if temperature == 0:
        return int(logits.argmax())
    values, tokens = logits.double().topk(min(top_k or len(logits), len(logits)))
    # The largest logit becomes 0 first: a small temperature then leads to -inf, never to inf - inf.
    chances = torch.softmax((values - values[0]) / temperature, -1)
    return int(tokens[torch.multinomial(chances, 1, generator=generator)])
