"""A stream: a model that receives a sequence piece by piece, and keeps a state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import torch
from torch import Tensor

from zoo import arguments
from zoo.compiler.step.runner import Runner
from zoo.compiler.step.state_dict import flat
from zoo.compiler.target import device_of
from zoo.errors import InputError, came
from zoo.streaming import moved, reordered

if TYPE_CHECKING:
    from zoo.compiler.model import CompiledGraph


class Stream:
    """A compiled graph along one axis, at one place of its sequences.

        stream = model.stream(batch=3)                  # or what the graph takes whole: source=..., mask=...
        logits, stream = stream.feed(prompt)            # tokens: batch × any number of steps
        logits, stream = stream.step(token)             # tokens: batch; logits: batch × vocab

    A stream never changes: each call returns what the model gives for the piece, and the stream behind it.
    So one may go on twice from one place, and a search keeps as many as it likes. Put together, the pieces
    are what the model gives for the whole sequence; an output without the axis is what it would give if the
    sequence ended here. ``batch`` is the number of rows, ``seen`` the number of steps so far, ``state`` what
    is remembered. It shares the modules of the model, its weights and its mode (``eval``).
    """

    __slots__ = ("_runner", "batch", "seen", "state")

    def __init__(self, runner: Runner, state: Any, batch: int, seen: int = 0) -> None:
        self._runner, self.state, self.batch, self.seen = runner, state, batch, seen

    @property
    def source(self) -> str:
        """The Python source of the stream."""
        return self._runner.unit.source

    @property
    def axis(self) -> str:
        """The axis that it runs along."""
        return self._runner.unit.along.axis

    def feed(self, *pieces: Any, **named: Any) -> tuple[Any, Self]:
        """What the model gives for the next piece, of any length (0, too), and the stream behind it.

        Pieces are the inputs that run along the axis, with it, by place, by name or as one mapping.
        """
        runner = self._runner
        values = runner.pieces.bind(pieces, named)
        results, state, seen = runner.run(values, self.state, self.batch)
        return runner.told(results), self.__class__(runner, state, self.batch, self.seen + seen)

    def step(self, *pieces: Any, **named: Any) -> tuple[Any, Self]:
        """``feed`` for one step, without the axis: in what is given, and in what comes back."""
        runner = self._runner
        values = runner.pieces.bind(pieces, named)
        ones = tuple(
            [value.unsqueeze(1) if isinstance(value, Tensor) and value.dim() else value for value in values]
        )
        results, state, _ = runner.run(ones, self.state, self.batch, one=True)
        found = [
            result if place is None else result.select(place, 0)
            for result, place in zip(results, runner.unit.places, strict=True)
        ]
        return runner.told(found), self.__class__(runner, state, self.batch, self.seen + 1)

    def reordered(self, rows: Tensor) -> Self:
        """The stream whose row i is row ``rows[i]`` of this one: rows may be dropped, or stand twice."""
        return self.__class__(self._runner, reordered(self.state, self._examined(rows)), len(rows), self.seen)

    def _examined(self, rows: Tensor) -> Tensor:
        """``rows`` as they are; InputError for what names no rows of this stream."""
        what = f"rows must be whole numbers from 0 to {self.batch - 1}, in a tensor of one axis"
        remedy = "write torch.tensor([0, 0, 1])"
        if not isinstance(rows, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]  # a list is what comes
            raise InputError(f"{what}, not {came(rows)}; {remedy}")
        if rows.dim() != 1 or rows.dtype not in (torch.int64, torch.int32):
            dtype = str(rows.dtype).removeprefix("torch.")
            raise InputError(f"{what}, not {dtype} {[*rows.shape]}; {remedy}")
        if rows.device.type == "cpu" and len(rows):  # to look at those on a GPU would wait for it
            least, most = map(int, rows.aminmax())
            if least < 0 or most >= self.batch:
                raise InputError(f"{what}, not {least if least < 0 else most}; name rows that are there")
        return rows

    def to(self, device: torch.device | str) -> Self:
        """The stream with its state on another device, where its model has gone."""
        return self.__class__(self._runner, moved(self.state, device_of(device)), self.batch, self.seen)

    def state_dict(self) -> dict[str, Tensor]:
        """The state as tensors by name, which any file of tensors can hold; ``model.stream(state=...)`` goes
        on from them. It knows its graph, and no other takes it.
        """
        unit = self._runner.unit
        return {**unit.marks(self.batch, self.seen), **flat(self.state)}

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self._runner.model, self.axis, self.state_dict())

    def __repr__(self) -> str:
        name = self._runner.model.graph.name
        return f"<stream of '{name}' along {self.axis}: {self.seen} steps of {self.batch} rows>"


def stream(
    model: CompiledGraph,
    whole: Mapping[str, Any] | None,
    batch: int | None,
    along: str | None,
    state: Mapping[str, Tensor] | None,
    named: Mapping[str, Any],
) -> Stream:
    """A stream of a model: see ``CompiledGraph.stream``."""
    runner = Runner(model, None if along is None else arguments.text(along, "along"))
    given = {**arguments.mapping({} if whole is None else whole, "whole", "{'source': source}"), **named}
    if state is None:
        rows = None if batch is None else arguments.whole(batch, "batch", 0)
        return Stream(runner, *runner.begin(rows, given))
    if given or batch is not None:
        raise InputError("a stream that goes on from a state has all it needs; give the state alone")
    return Stream(runner, *runner.resume(arguments.mapping(state, "state", "stream.state_dict()")))


def _again(model: CompiledGraph, axis: str, state: Mapping[str, Tensor]) -> Stream:
    return stream(model, None, None, axis, state, {})
