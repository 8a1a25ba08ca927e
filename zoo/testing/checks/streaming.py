"""Streaming: a sequence in pieces gives the same as the whole, and states are immutable values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from zoo.errors import InputError
from zoo.spec import Port
from zoo.streaming import reordered
from zoo.testing.cases import Case, Outputs, named
from zoo.testing.checking import NotApplicable, check
from zoo.testing.checks.batching import along, permuted, with_axis
from zoo.testing.checks.order import level
from zoo.testing.compare import same
from zoo.testing.inputs import Given
from zoo.testing.sizes import axes
from zoo.testing.subject import Subject


@dataclass(frozen=True)
class Stream:
    """A case whose ports in ``pieces`` are split along axis 1; all others are known from the start."""

    case: Case
    pieces: frozenset[str]

    @property
    def along(self) -> frozenset[str]:
        """The axes that are split; for a star, its first axis."""
        inputs = self.case.spec.inputs
        return frozenset(str(inputs[name].shape[1]) for name in self.pieces & self.case.wired)

    @property
    def length(self) -> int:
        """The number of steps."""
        (name, *_) = sorted(self.pieces & self.case.wired)
        return self.case.tensors[name].shape[1]

    def runs(self, output: str) -> bool:
        """Whether an output has the axis that is split; other outputs describe the whole sequence."""
        return any(str(axis) in self.along for axis in self.case.spec.outputs[output].shape)

    def begin(self) -> Any:
        """The state before the first piece."""
        whole = {name: x for name, x in self.case.given.items() if name not in self.pieces}
        layer: Any = self.case.layer
        return layer.initial_state(
            batch=self.case.sizes["batch"], device=torch.device("cpu"), dtype=torch.float64, **whole
        )

    def piece(self, start: int, length: int) -> Given:
        """The inputs of a piece that begins at ``start``."""
        given, inputs = self.case.given, self.case.spec.inputs
        return {
            name: self.cut(x, inputs[name], start, length) if isinstance(x := given[name], Tensor) else None
            for name in self.pieces
        }

    def cut(self, x: Tensor, port: Port, start: int, length: int) -> Tensor:
        """The part that begins at ``start``; a second axis that is split, as in pairs, includes the past."""
        places = [
            at
            for axis, all in axes(port, x.dim()).items()
            if axis in self.along
            for at in (all[:1] if axis.startswith("*") else all)
        ]
        for at in places[1:]:
            x = x.narrow(at, 0, start + length)
        return x.narrow(places[0], start, length) if places else x

    def step(self, piece: Given, state: Any) -> tuple[Outputs, Any]:
        """The outputs of a piece, and the state after it."""
        layer: Any = self.case.layer
        found, state = layer.step(state=state, **piece, **self.case.everything)
        return named(found), state


def streams(subject: Subject) -> Iterator[Stream]:
    """The ways in which the layer can stream, in every case, without those that it refuses."""
    spec = subject.spec
    if not spec.streams:
        raise NotApplicable("it has no initial_state and step")
    ways = {spec.pieces, spec.pieces - spec.whole} - {frozenset[str]()}
    for case in subject.cases():
        here = level(subject, case)
        if here is None:
            continue
        for pieces in sorted(ways, key=sorted):
            stream = Stream(here, pieces)
            try:
                stream.begin()
            except InputError:
                continue
            yield stream


@check
def steps(subject: Subject) -> Iterator[None]:
    """Pieces of any length, one after the other, give what the whole sequence gives."""
    for stream in streams(subject):
        case = stream.case
        expected = case.run_all()
        length = stream.length
        for lengths in ((length,), (1,) * length, (2, length - 2), (1, 0, length - 2, 1), (0, length - 1, 1)):
            state, start = stream.begin(), 0
            for many in lengths:
                found, state = stream.step(stream.piece(start, many), state)
                wanted = {
                    name: stream.cut(x, case.spec.outputs[name], start, many)
                    for name, x in expected.items()
                    if start + many == length or stream.runs(name)
                }
                title = f"{case}: in pieces of {', '.join(map(str, lengths))} steps, that from {start} on"
                same({name: found[name] for name in wanted}, wanted, title)
                start += many
                yield


@check
def states(subject: Subject) -> Iterator[None]:
    """A step leaves the state it was given: a stream continues from it twice, and with its rows reordered."""
    for stream in streams(subject):
        case = stream.case
        _, state = stream.step(stream.piece(0, 1), stream.begin())
        first, _ = stream.step(stream.piece(1, 1), state)
        stream.step(stream.piece(1, 2), state)
        again, _ = stream.step(stream.piece(1, 1), state)
        same(again, first, f"{case}: going on a second time from one state", 0)
        yield
        rows = torch.arange(case.sizes["batch"]).flip(0)
        turn = permuted(rows)
        turned = replace(stream, case=along(case, "batch", turn))
        found, _ = turned.step(turned.piece(1, 1), reordered(state, rows))
        expected = {**first, **with_axis(case, first, "batch", turn)}
        same(found, expected, f"{case}: with the rows of the state in another order")
        yield
