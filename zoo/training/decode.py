"""Writing on: the next token is drawn from what the model expects after those before it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zoo.errors import TrainingError
from zoo.tasks import Tokenizer, find_task
from zoo.tasks.characters import Vocabulary
from zoo.training.checkpoint import Checkpoint, read_checkpoint
from zoo.training.continuing import Continuing
from zoo.training.device import device_for
from zoo.training.graphs import restored
from zoo.training.options import Device


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
    """The prompt and ``length`` tokens (characters, most often) after it, by the model of a checkpoint.

    For the rest see ``continue_text``.
    """
    return "".join(
        stream(
            checkpoint, prompt, length=length, temperature=temperature, top_k=top_k, seed=seed, device=device
        )
    )


def stream(
    checkpoint: str | Path,
    prompt: str | None = None,
    *,
    length: int = 300,
    temperature: float = 0.8,
    top_k: int | None = None,
    seed: int = 0,
    device: Device = "auto",
) -> Iterator[str]:
    """As ``generate``, piece by piece: the prompt first, then every new character. Without a prompt it begins
    after a line end, or after the first character that the model knows.
    """
    saved = read_checkpoint(checkpoint)
    vocabulary = _written_on(saved)
    if prompt is None:
        known = vocabulary.characters if isinstance(vocabulary, Vocabulary) else "\n"
        prompt = "\n" if "\n" in known else known[0]
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


def _written_on(saved: Checkpoint) -> Tokenizer:
    """The tokenizer of a model that goes on from a prompt. TrainingError for one of another task."""
    decoding = find_task(saved.header.task).decoding
    if decoding is None or decoding.start:
        raise TrainingError(
            f"{saved.name} is of the task '{saved.header.task}', whose models do not write on from a prompt; "
            "those of language_modelling do"
        )
    return saved.header.made()[decoding.tokenizer]


def continue_text(
    model: nn.Module,
    vocabulary: Tokenizer,
    prompt: str,
    *,
    length: int,
    context: int | None = None,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
) -> Iterator[str]:
    """Yield ``length`` tokens that continue ``prompt``, one at a time.

    The model sees the last ``context`` tokens (None: all of them). ``temperature`` divides the logits: 0
    always takes the likeliest character, 1 draws from the model's own distribution; ``top_k`` draws from the
    k likeliest only. The same seed gives the same text. A compiled graph that streams is given each token
    once, as long as the text fits into the context (see ``Continuing``). Raises TrainingError for characters
    that the vocabulary lacks, for an empty prompt, and for numbers out of range.
    """
    if length < 0 or not 0 <= temperature < math.inf or (top_k is not None and top_k < 1):
        raise TrainingError(
            "length must not be negative, temperature neither negative nor infinite, and top_k positive; "
            f"these are {length}, {temperature} and {top_k}"
        )
    if not prompt:
        raise TrainingError("a prompt must have a character to begin with; a line end will do")
    tokens = [int(token) for token in vocabulary.encode(prompt)] or [0]
    return _draw(model, vocabulary, tokens, length, context, temperature, top_k, seed)


def _draw(
    model: nn.Module,
    vocabulary: Tokenizer,
    tokens: list[int],
    length: int,
    context: int | None,
    temperature: float,
    top_k: int | None,
    seed: int,
) -> Iterator[str]:
    # On the CPU, so that a seed means the same text on every device.
    generator = torch.Generator().manual_seed(seed)
    training = model.training
    said = "" if isinstance(vocabulary, Vocabulary) else vocabulary.decode(tokens)
    model.eval()
    try:
        continuing = Continuing(model, context)
        for _ in range(length):
            logits = continuing.logits(tokens)[: len(vocabulary)].float().cpu()
            token = sample(logits, temperature, top_k, generator)
            tokens.append(token)
            if isinstance(vocabulary, Vocabulary):
                yield vocabulary.characters[token]
                continue
            # A piece may end in the middle of a character, and a word brings the space before it.
            text = vocabulary.decode(tokens)
            if not text.endswith("\ufffd"):
                yield text[len(said) :]
                said = text
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
