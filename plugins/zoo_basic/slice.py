"""A part of an axis: of the features, or of the steps."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.errors import InputError
from zoo.sizes import Size

Start = Annotated[int, Field(description="The first element taken; negative counts from the end.")]
Stop = Annotated[
    int | None,
    Field(description="The first element not taken; negative counts from the end, none is the end."),
]


@layer("basic/slice")
class Slice(nn.Module):
    """The features ``start`` to ``stop`` (not taken) of the last axis: one of several gates, the first half.

    out = x[…, start:stop]. Raises ValueError, or InputError where it runs, for a part that the axis does not
    have; Python would silently take less.
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
        """All axes but the last stay."""
        *before, size = inputs["x"]
        return {"out": (*before, _length(size, settings["start"], settings["stop"]))}


@layer("basic/slice_time")
class SliceTime(nn.Module):
    """The steps ``start`` to ``stop`` (not taken) of a sequence: all but the first, the last three.

    out = x[:, start:stop]. Raises ValueError, or InputError where it runs, for steps that the sequence does
    not have; Python would silently take fewer.
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
        """All axes but time stay."""
        batch, time, *rest = inputs["x"]
        return {"out": (batch, _length(time, settings["start"], settings["stop"]), *rest)}

    @staticmethod
    def sees_ahead(settings: Mapping[str, Any], _: Collection[str]) -> tuple[str, ...]:
        """Without the first steps, each of the others is earlier than it was."""
        return ("time",) if settings["start"] else ()


def _cut(x: Tensor, axis: int, start: int, stop: int | None) -> Tensor:
    size = x.shape[axis]
    try:
        length = _length(size, start, stop)
    except ValueError as error:
        raise InputError(str(error)) from None
    return x.narrow(axis, start if start >= 0 else size + start, length)


def _length(size: Size, start: int, stop: int | None) -> Any:
    """How many elements of an axis of ``size`` lie in start:stop; ValueError when they are not all there.

    Of a size that is no number yet, only what is certain is refused.
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
