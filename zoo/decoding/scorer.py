"""What comes next: the log-probabilities of each next token, for rows that a search keeps, drops and copies.

This is all that a search knows of a model. ``Stepwise`` asks the model's stream, which computes each token
once; ``Anew`` gives the model all tokens again for each new one, and works with any module.
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
    """``log_p`` of each possible next token, and the attention over the source behind it, if that is read."""

    log_p: Float[Tensor, "rows vocab"]
    attention: Float[Tensor, "rows source"] | None = None


def numbers(tensor: Tensor) -> list[Any]:
    """The elements of a tensor, a list for each axis."""
    return tensor.tolist()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # torch types it in part


def unusable(largest: float) -> InputError:
    """What to raise where the largest score is not a finite number, and no token can be chosen."""
    return InputError(
        f"a token is chosen by scores that are numbers, and the model's largest is {largest}: its weights "
        "are broken, or its precision is too low"
    )


class Scorer(Protocol):
    """A model at one place in its sequences. It is immutable: each method returns a new one."""

    def next(self, tokens: Int[Tensor, " rows"]) -> tuple[Next, Self]:
        """What may follow when ``tokens`` are appended, one to each row, and the scorer at that place."""
        ...

    def reordered(self, rows: Int[Tensor, " some"]) -> Self:
        """The scorer whose row i is row ``rows[i]`` of this one."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """The names of the outputs to read; a model that returns a single tensor has only scores."""

    scores: str = "logits"
    attention: str | None = None

    def next(self, outputs: Any, last: bool) -> Next:
        """What the outputs say of the next token: their only step, or the ``last`` of several."""
        scores = outputs if isinstance(outputs, Tensor) else getattr(outputs, self.scores)
        seen = None if self.attention is None else getattr(outputs, self.attention)
        if last:
            scores, seen = scores[:, -1], None if seen is None else seen[:, -1]
        return Next(scores.log_softmax(-1), seen)


@dataclass(frozen=True, slots=True)
class Stepwise:
    """A model read through its stream: each token is computed once."""

    stream: Stream
    reading: Reading = Reading()

    def next(self, tokens: Tensor) -> tuple[Next, Stepwise]:
        outputs, stream = self.stream.step(tokens)
        return self.reading.next(outputs, last=False), replace(self, stream=stream)

    def reordered(self, rows: Tensor) -> Stepwise:
        return replace(self, stream=self.stream.reordered(rows))


@dataclass(frozen=True, slots=True)
class Anew:
    """A model that is given the whole ``prefix`` at every step, beside inputs that stay (``given``)."""

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
    """A scorer before its first token; ``obstacle`` says why it is not stepwise, if it is not."""

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
    """A scorer of a model: through its stream if it has one, else by running the whole model at each step.

    ``target`` is the input that holds the tokens so far; ``given`` are the inputs that stay the same, batch
    first. If there are none, ``batch`` is the number of rows. Raises InputError where neither is known.
    """
    rows = next((len(tensor) for tensor in given.values()), batch)
    if rows is None:
        raise InputError(
            "the number of rows follows from the inputs that are given; without any, give batch=1"
        )
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
