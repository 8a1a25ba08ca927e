"""Indexing: one element of an axis, or the steps at given positions."""

from collections.abc import Mapping
from typing import Annotated, Any

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.errors import InputError
from zoo.sizes import Size


@layer("basic/select")
class Select(nn.Module):
    """One element of the axis after the batch, which is removed: out = x[:, index].

    For the states of a recurrent layer (batch × states × hidden), 0 is the first and -1 the last. An index
    out of range raises ValueError when the graph is checked, or InputError at run time.
    """

    def __init__(
        self,
        index: Annotated[int, Field(description="The index; if negative, counted from the end.")] = 0,
    ) -> None:
        super().__init__()
        self.index = index

    def forward(self, x: Float[Tensor, "batch _ *any"]) -> Float[Tensor, "batch *any"]:
        try:
            check_index(self.index, x.shape[1])
        except ValueError as error:
            raise InputError(str(error)) from None
        return x.select(1, self.index)

    @staticmethod
    def shapes(
        settings: Mapping[str, Any], inputs: Mapping[str, tuple[Size, ...]]
    ) -> dict[str, tuple[Size, ...]]:
        """Check the index for an axis of known size; the hints determine all shapes."""
        check_index(settings["index"], inputs["x"][1])
        return {}


def check_index(index: int, size: Size) -> None:
    """Raise ValueError if ``index`` is out of range for an axis of known size."""
    if isinstance(size, int) and not -size <= index < size:
        raise ValueError(
            f"one element of an axis is taken, and one of size {size} has no element {index}; "
            f"choose from {-size} to {size - 1}"
            if size
            else f"one element of an axis is taken, and there is none; element {index} needs a longer axis"
        )


@layer("basic/gather")
class Gather(nn.Module):
    """The steps at given positions of each sequence: out_k = x_(places_k).

    ``x``: batch × time × …; ``places``: batch × count, each from 0 to time - 1; ``out``: batch × count × ….
    A position may occur more than once; its gradients are summed.

    Raises InputError for a position out of range on the CPU; on CUDA, a device-side assertion fails.
    """

    sees_ahead = ("time",)

    def forward(
        self, x: Float[Tensor, "batch time *any"], places: Int[Tensor, "batch count"]
    ) -> Float[Tensor, "batch count *any"]:
        index = places.long().view(*places.shape, *(1,) * (x.dim() - 2)).expand(-1, -1, *x.shape[2:])
        try:
            return torch.gather(x, 1, index)
        except RuntimeError:
            wrong = int(places.min()) if int(places.min()) < 0 else int(places.max())
            raise InputError(
                f"basic/gather takes steps that are there, 0 to {x.shape[1] - 1}, and there is a place "
                f"{wrong}; give it places of this sequence"
            ) from None
