"""What comes next: the log-probabilities of each next token, for rows that a search keeps, drops and copies.

A search knows models by this alone. ``Stepwise`` asks a model's stream, which computes each token once;
``Anew`` gives the model all tokens again for each new one, and works with any module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, Self

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from zoo.errors import GraphError, InputError
from zoo.values import EMPTY

if TYPE_CHECKING:
    from zoo.compiler.step.stream import Stream


@dataclass(frozen=True, slots=True)
class Next:
    """``log_p`` of each token that may be next, and what was attended to for it, if that is read."""

    log_p: Float[Tensor, "rows vocab"]
    attention: Float[Tensor, "rows source"] | None = None


def numbers(tensor: Tensor) -> list[Any]:
    """The elements of a tensor with one axis."""
    return tensor.tolist()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # torch types it in part


class Scorer(Protocol):
    """A model at one place of its rows. It never changes: every method gives another one."""

    def next(self, tokens: Int[Tensor, " rows"]) -> tuple[Next, Self]:
        """What comes after these tokens, which come after those so far, and the scorer behind them."""
        ...

    def reordered(self, rows: Int[Tensor, " some"]) -> Self:
        """The scorer whose row i is row ``rows[i]`` of this one."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """The outputs that are read, by the model's names; a model that gives a tensor has one."""

    scores: str = "logits"
    attention: str | None = None

    def next(self, outputs: Any, last: bool) -> Next:
        """The step of outputs: the ``last`` of several, or the only one."""
        scores = outputs if isinstance(outputs, Tensor) else getattr(outputs, self.scores)
        seen = None if self.attention is None else getattr(outputs, self.attention)
        if last:
            scores, seen = scores[:, -1], None if seen is None else seen[:, -1]
        return Next(scores.log_softmax(-1), seen)


@dataclass(frozen=True, slots=True)
class Stepwise:
    """A model through its stream."""

    stream: Stream
    reading: Reading = Reading()

    def next(self, tokens: Tensor) -> tuple[Next, Stepwise]:
        outputs, stream = self.stream.step(tokens)
        return self.reading.next(outputs, last=False), replace(self, stream=stream)

    def reordered(self, rows: Tensor) -> Stepwise:
        return replace(self, stream=self.stream.reordered(rows))


@dataclass(frozen=True, slots=True)
class Anew:
    """A model that is given all tokens so far (``prefix``) each time, beside what stays (``given``)."""

    model: nn.Module
    target: str
    given: Mapping[str, Tensor]
    prefix: Int[Tensor, "rows seen"]
    reading: Reading = Reading()

    def next(self, tokens: Tensor) -> tuple[Next, Anew]:
        prefix = torch.cat([self.prefix, tokens.unsqueeze(1)], 1)
        outputs = self.model(**self.given, **{self.target: prefix})
        return self.reading.next(outputs, last=True), replace(self, prefix=prefix)

    def reordered(self, rows: Tensor) -> Anew:
        given = {name: tensor.index_select(0, rows) for name, tensor in self.given.items()}
        return replace(self, given=given, prefix=self.prefix.index_select(0, rows))


@dataclass(frozen=True, slots=True)
class Begun:
    """A scorer before the first token, and why it is not stepwise, if it is not."""

    scorer: Scorer
    obstacle: str = field(default="")


def begin(
    model: nn.Module,
    target: str,
    given: Mapping[str, Tensor] = EMPTY,
    *,
    batch: int | None = None,
    reading: Reading = Reading(),
) -> Begun:
    """A scorer of a model: its stream where it has one along ``target``, else the whole model each time.

    ``target`` is the input that holds the tokens so far, ``given`` are inputs that stay as they are.
    Without any, ``batch`` says how many rows there are.
    """
    rows = next((len(tensor) for tensor in given.values()), batch)
    if rows is None:
        raise InputError("how many rows to write follows from what is given; without anything give batch=1")
    device = next((each.device for each in model.parameters()), torch.device("cpu"))
    anew = Anew(model, target, given, torch.empty(rows, 0, dtype=torch.int64, device=device), reading)
    start = getattr(model, "stream", None)
    if start is None:
        return Begun(anew, "the model is no compiled graph")
    try:
        stream = start(given) if given else start(batch=rows)
    except (GraphError, InputError) as error:
        return Begun(anew, str(error))
    return Begun(Stepwise(stream, reading))
