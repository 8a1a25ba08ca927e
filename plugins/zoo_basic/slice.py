"""Slicing: a range of features or of steps."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.errors import InputError
from zoo.sizes import Size

Start = Annotated[int, Field(description="The first element; if negative, counted from the end.")]
Stop = Annotated[
    int | None,
    Field(description="The element to stop before; if negative, counted from the end; by default, the end."),
]


@layer("basic/slice")
class Slice(nn.Module):
    """A range of features, such as one of several gates: out = x[…, start:stop].

    A range beyond the axis raises ValueError when the graph is checked, or InputError at run time; Python
    would silently return fewer elements.
    """

    def __init__(self, start: Start = 0, stop: Stop = None) -> None:
        super().__init__()
        self.start, self.stop = start, stop

    def forward(self, x: Float[Tensor, "*any _"]) -> Float[Tensor, "*any _"]:
        return _cut(x, -1, self.start, self.stop)

    @staticmethod
    def shapes(
        settings: Mapping[str, Any], inputs: Mapping[str, tuple[Size, ...]]
    ) -> dict[str, tuple[Size, ...]]:
        """All axes except the last are unchanged."""
        *before, size = inputs["x"]
        return {"out": (*before, _length(size, settings["start"], settings["stop"]))}


@layer("basic/slice_time")
class SliceTime(nn.Module):
    """A range of steps, such as all but the first, or the last three: out = x[:, start:stop].

    A range beyond the sequence raises ValueError when the graph is checked, or InputError at run time; Python
    would silently return fewer steps.
    """

    def __init__(self, start: Start = 0, stop: Stop = None) -> None:
        super().__init__()
        self.start, self.stop = start, stop

    def forward(self, x: Float[Tensor, "batch time *any"]) -> Float[Tensor, "batch _ *any"]:
        return _cut(x, 1, self.start, self.stop)

    @staticmethod
    def shapes(
        settings: Mapping[str, Any], inputs: Mapping[str, tuple[Size, ...]]
    ) -> dict[str, tuple[Size, ...]]:
        """All axes except time are unchanged."""
        batch, time, *rest = inputs["x"]
        return {"out": (batch, _length(time, settings["start"], settings["stop"]), *rest)}

    @staticmethod
    def sees_ahead(settings: Mapping[str, Any], _: Collection[str]) -> tuple[str, ...]:
        """Without the first steps, each remaining step moves to an earlier index."""
        return ("time",) if settings["start"] else ()


def _cut(x: Tensor, axis: int, start: int, stop: int | None) -> Tensor:
    size = x.shape[axis]
    try:
        length = _length(size, start, stop)
    except ValueError as error:
        raise InputError(str(error)) from None
    return x.narrow(axis, start if start >= 0 else size + start, length)


def _length(size: Size, start: int, stop: int | None) -> Any:
    """The number of elements in start:stop of an axis of ``size``; ValueError if the range exceeds it.

    For a symbolic size, only a range that is certainly invalid is refused.
    """
    first: Size = start if start >= 0 else size + start
    last: Size = size if stop is None else stop if stop >= 0 else size + stop
    length = last - first
    missing = isinstance(size, int) and not (_within(first, size) and _within(last, size))
    if missing or (isinstance(length, int) and length < 0):
        raise ValueError(
            f"a slice takes elements that are there, and {_words(start, stop)} is not all there in an axis "
            f"of size {size}; change start or stop"
        )
    return length


def _within(edge: Size, size: int) -> bool:
    return isinstance(edge, int) and 0 <= edge <= size


def _words(start: int, stop: int | None) -> str:
    return f"{start}:{'' if stop is None else stop}"
