"""Writing on from a prompt: each next token is drawn from what the model expects after those before it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from torch import nn

from zoo import arguments
from zoo.decoding.sampling import Sampling
from zoo.errors import CheckpointError, TrainingError
from zoo.files.texts import graph_of
from zoo.tasks import Decoding, Ports, Tokenizer, find_ports, find_task
from zoo.tasks.characters import Vocabulary
from zoo.training.checkpoint import Checkpoint, read_checkpoint
from zoo.training.continuing import Continuing
from zoo.training.device import device_for
from zoo.training.graphs import restored
from zoo.training.options import Device

DEFAULT = Sampling(temperature=0.8)
"""How a text is drawn when nobody says how."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """A text that is being written after ``prompt``: iterating gives it piece by piece."""

    prompt: str
    pieces: Generator[str]
    by: Continuing

    @property
    def way(self) -> str:
        """How the tokens so far were computed, once each or anew and why, in a sentence."""
        return self.by.way

    def __iter__(self) -> Iterator[str]:
        return self.pieces


def generate(
    checkpoint: str | Path,
    prompt: str,
    *,
    length: int = 300,
    sampling: Sampling = DEFAULT,
    seed: int = 0,
    device: Device = "auto",
) -> str:
    """The prompt and ``length`` tokens (characters, most often) after it, by the model of a checkpoint.

    For the rest see ``continue_text``.
    """
    return "".join(stream(checkpoint, prompt, length=length, sampling=sampling, seed=seed, device=device))


def stream(
    checkpoint: str | Path,
    prompt: str | None = None,
    *,
    length: int = 300,
    sampling: Sampling = DEFAULT,
    seed: int = 0,
    device: Device = "auto",
) -> Continuation:
    """As ``generate``, piece by piece: the prompt first, then every new character; see ``Writer.write``."""
    writer = Writer.load(checkpoint, device)
    return writer.write(prompt, length=length, sampling=sampling, seed=seed)


@dataclass(frozen=True, slots=True)
class Writer:
    """A trained model that goes on from a prompt: loaded once, for any number of texts.

    It sees the last ``context`` tokens (None: all); ``tokens`` and ``logits`` are its names for its ports.
    """

    model: nn.Module
    vocabulary: Tokenizer
    context: int | None
    tokens: str
    logits: str

    @classmethod
    def load(cls, checkpoint: str | Path, device: Device = "auto") -> Self:
        """Load the model of a run's folder or of a checkpoint file.

        Raises CheckpointError if there is none, and TrainingError for a task whose models do not go on.
        """
        saved = read_checkpoint(checkpoint)
        decoding, ports = _writing_on(saved)
        vocabulary = saved.header.made().get(decoding.tokenizer)
        if vocabulary is None:
            raise CheckpointError(
                f"a text is made of tokens, and {saved.name} has no tokenizer for '{decoding.tokenizer}'; it "
                "is damaged, or its task gives none"
            )
        model = restored(saved).to(device_for(device))
        names = ports.inputs[decoding.target], ports.outputs[decoding.scores]
        return cls(model, vocabulary, saved.header.context, *names)

    def write(
        self, prompt: str | None = None, *, length: int = 300, sampling: Sampling = DEFAULT, seed: int = 0
    ) -> Continuation:
        """The prompt and ``length`` tokens after it. Without a prompt it begins after a line end, or after
        the first character that the model knows. For the rest see ``continue_text``.
        """
        prompt = beginning(self.vocabulary) if prompt is None else prompt
        written = continue_text(
            self.model,
            self.vocabulary,
            prompt,
            length=length,
            context=self.context,
            sampling=sampling,
            seed=seed,
            tokens=self.tokens,
            logits=self.logits,
        )
        return Continuation(prompt, _after(prompt, written.pieces), written.by)


def _after(prompt: str, pieces: Generator[str]) -> Generator[str]:
    yield prompt
    yield from pieces


def beginning(vocabulary: Tokenizer) -> str:
    """What a text begins after when nobody says: a line end, or the first character that is known."""
    known = vocabulary.characters if isinstance(vocabulary, Vocabulary) else "\n"
    return "\n" if "\n" in known else known[0]


def _writing_on(saved: Checkpoint) -> tuple[Decoding, Ports]:
    """How a model goes on from a prompt, and the ports for it. TrainingError for one of another task."""
    header = saved.header
    task = find_task(header.task)
    if task.decoding is None or task.decoding.start:
        remedy = (
            "zoo translate and zoo caption let it write"
            if task.decoding
            else "those of language_modelling do"
        )
        raise TrainingError(
            f"{saved.name} is of the task '{header.task}', whose models do not write on from a prompt; "
            f"{remedy}"
        )
    graph = graph_of(saved.document, saved.name)
    return task.decoding, find_ports(task, graph, header.task, header.ports)


def continue_text(
    model: nn.Module,
    vocabulary: Tokenizer,
    prompt: str,
    *,
    length: int,
    context: int | None = None,
    sampling: Sampling = Sampling(),  # noqa: B008 - it is frozen
    seed: int = 0,
    tokens: str = "tokens",
    logits: str = "logits",
) -> Continuation:
    """A text of ``length`` tokens that continues ``prompt``, one at a time.

    The model sees the last ``context`` tokens (None: all of them); ``sampling`` says how each is drawn. The
    same seed gives the same text. A compiled graph that streams is given each token once, as long as the text
    fits into the context (see ``Continuing``). ``tokens`` and ``logits`` are the model's names for its ports.
    Raises TrainingError for characters that the vocabulary lacks and for an empty prompt; while writing,
    InputError where the model's scores are no numbers.
    """
    length = arguments.whole(length, "length", 0)
    sampling = arguments.instance(
        sampling, Sampling, "sampling", "write for example Sampling(temperature=0.7)"
    )
    seed = arguments.seed(seed)
    if not arguments.text(prompt, "prompt"):
        raise TrainingError("a prompt must have a character to begin with; a line end will do")
    begun = [int(token) for token in vocabulary.encode(prompt)] or [0]
    continuing = Continuing(model, context, tokens=tokens, logits=logits)
    return Continuation(
        prompt, _draw(continuing, vocabulary, prompt, begun, length, sampling, seed), continuing
    )


def _draw(
    continuing: Continuing,
    vocabulary: Tokenizer,
    prompt: str,
    tokens: list[int],
    length: int,
    sampling: Sampling,
    seed: int,
) -> Generator[str]:
    # On the CPU, so that a seed means the same text on every device.
    generator = torch.Generator().manual_seed(seed)
    model = continuing.model
    training = model.training
    said = "" if isinstance(vocabulary, Vocabulary) else vocabulary.decode(tokens)
    spaced = prompt.endswith(" ") and not said.endswith(" ")  # words forget the blank that ends a prompt
    model.eval()
    try:
        for _ in range(length):
            chances = sampling.chances(continuing.logits(tokens)[: len(vocabulary)].cpu())
            token = int(torch.multinomial(chances, 1, generator=generator))
            tokens.append(token)
            if isinstance(vocabulary, Vocabulary):
                yield vocabulary.characters[token]
                continue
            # A piece may end in the middle of a character, and a word brings the space before it.
            text = vocabulary.decode(tokens)
            if not text.endswith("\ufffd"):
                new = text[len(said) :]
                yield new.removeprefix(" ") if spaced else new
                said, spaced = text, spaced and not new
    finally:
        model.train(training)
