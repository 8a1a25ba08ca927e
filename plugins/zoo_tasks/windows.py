"""Batches of windows of a text, each a function of its number.

An epoch starts at a random offset, cuts the text into contiguous windows of ``context`` tokens and visits
them in random order; batches continue across epochs. Offset and order depend only on a seed and the epoch's
number, so batch ``n`` can be made without the ones before it, and a resumed run needs no saved iterator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

from zoo.compiler.seeds import seed_of
from zoo.errors import TrainingError
from zoo.tasks import Batch


class Split(NamedTuple):
    """Training and validation set."""

    train: Int[Tensor, " time"]
    validation: Int[Tensor, " other_time"]


LARGEST_VALIDATION = 50_000
"""Tokens. They determine the loss to about a hundredth of a nat; more would only take time."""


def split(tokens: Int[Tensor, " time"], context: int, what: str = "characters") -> Split:
    """Hold back the last tenth of a text for validation, at most ``LARGEST_VALIDATION`` tokens.

    Raises TrainingError if one of the parts is shorter than a window of ``context`` tokens and the next one;
    ``what`` is the word for tokens in its message.
    """
    held_back = min(len(tokens) // 10, LARGEST_VALIDATION)
    if len(tokens) - held_back < context + 1 or held_back < 2:
        raise TrainingError(
            f"a text must be longer than the context: this one has {len(tokens)} {what}, of which "
            f"{held_back} are held back for validation, and a window is {context} + 1 long; take a longer "
            "text or a smaller context"
        )
    return Split(tokens[: len(tokens) - held_back], tokens[len(tokens) - held_back :])


def given(
    train: Int[Tensor, " time"],
    validation: Int[Tensor, " other_time"],
    context: int,
    what: str = "characters",
) -> Split:
    """A training and a validation text. Raises TrainingError if one is too short."""
    if len(train) < context + 1 or len(validation) < 2:
        raise TrainingError(
            f"a window is {context} + 1 {what} long, and measuring takes 2: there are {len(train)} to learn "
            f"from and {len(validation)} to measure on; take a longer text or a smaller context"
        )
    return Split(train, validation)


class TrainingWindows:
    """Endless training batches; ``windows[n]`` is always the same batch."""

    def __init__(self, tokens: Int[Tensor, " time"], context: int, batch: int, seed: int) -> None:
        self.tokens, self.context, self.batch, self.seed = tokens, context, batch, seed
        # One window less than would fit, to leave room for the random offset.
        self.each_epoch = max(1, (len(tokens) - 1) // context - 1)
        self._room = len(tokens) - 1 - self.each_epoch * context
        self._epoch, self._starts = -1, torch.empty(0, dtype=torch.int64)

    @property
    def steps_each_epoch(self) -> float:
        """The number of batches per epoch."""
        return self.each_epoch / self.batch

    def __getitem__(self, step: int) -> Batch:
        # Whole at once, so that a batch beyond the memory is refused before a long loop fills it.
        offsets = torch.empty(self.batch, self.context + 1, dtype=torch.int64)
        filled = 0
        while filled < self.batch:
            epoch, place = divmod(step * self.batch + filled, self.each_epoch)
            part = self._order(epoch)[place : place + self.batch - filled]
            offsets[filled : filled + len(part)] = part[:, None] + torch.arange(self.context + 1)
            filled += len(part)
        cut = self.tokens[offsets]
        return Batch({"tokens": cut[:, :-1]}, cut[:, 1:])

    def _order(self, epoch: int) -> Int[Tensor, " windows"]:
        """The offsets of the windows of an epoch, in the order in which they are visited."""
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(seed_of(self.seed, f"epoch {epoch}"))
            offset = torch.randint(self._room + 1, (), generator=generator)
            self._starts = offset + self.context * torch.randperm(self.each_epoch, generator=generator)
            self._epoch = epoch
        return self._starts


def validation_windows(tokens: Int[Tensor, " time"], context: int, batch: int) -> Iterator[Batch]:
    """Every validation token but the first, predicted once: full windows, then the rest."""
    whole = (len(tokens) - 1) // context
    inputs = tokens[: whole * context].view(whole, context)
    targets = tokens[1 : whole * context + 1].view(whole, context)
    for begin in range(0, whole, batch):
        yield Batch({"tokens": inputs[begin : begin + batch]}, targets[begin : begin + batch])
    rest = tokens[whole * context :]
    if len(rest) > 1:
        yield Batch({"tokens": rest[None, :-1]}, rest[None, 1:])


def carried_windows(tokens: Int[Tensor, " time"], context: int, batch: int) -> Callable[[int], Batch]:
    """The text cut into ``batch`` long rows that are read in parallel: window n + 1 of a row continues
    window n, and after the last window it starts again.
    """
    length = (len(tokens) - 1) // batch
    windows = length // context
    if windows < 1:
        raise TrainingError(
            f"{batch} rows with a window of {context} tokens each are more than the {len(tokens)} tokens to "
            "learn from; take a smaller batch or context, or a longer text"
        )
    starts = torch.arange(batch)[:, None] * length + torch.arange(context + 1)

    def window(number: int) -> Batch:
        cut = tokens[starts + number % windows * context]
        return Batch({"tokens": cut[:, :-1]}, cut[:, 1:])

    return window


def carried_validation(tokens: Int[Tensor, " time"], context: int, batch: int) -> Iterator[Batch]:
    """The validation text as ``carried_windows``, once, in as many rows as have at least one window."""
    rows = max(1, min(batch, (len(tokens) - 1) // context))
    window = carried_windows(tokens, min(context, len(tokens) - 1), rows)
    for number in range((len(tokens) - 1) // rows // min(context, len(tokens) - 1)):
        yield window(number)
