"""Some of many: one element of an axis, or the steps at given places."""

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
    """One element of the axis behind the batch: out = x[:, index]. The axis is gone.

    Of the states of a recurrent layer (batch × states × hidden), 0 is the first and -1 the last. Raises
    ValueError, or InputError where it runs, for an index that the axis does not have.
    """

    def __init__(
        self,
        index: Annotated[int, Field(description="Which element; negative counts from the end.")] = 0,
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
        """Nothing that the hints do not say; an axis of known size is checked."""
        check_index(settings["index"], inputs["x"][1])
        return {}


def check_index(index: int, size: Size) -> None:
    """Refuse an index that an axis of known size does not have, by ValueError."""
    if isinstance(size, int) and not -size <= index < size:
        raise ValueError(
            f"one element of an axis is taken, and one of size {size} has no element {index}; "
            f"choose from {-size} to {size - 1}"
            if size
            else f"one element of an axis is taken, and there is none; element {index} needs a longer axis"
        )


@layer("basic/gather")
class Gather(nn.Module):
    """The steps at given places: out_k = x_(places_k), for each sequence its own places.

    ``x``: batch × time × …; ``places``: batch × count, each from 0 to time - 1; ``out``: batch × count × ….
    A place may be taken twice, and gets the gradients of both.

    Raises InputError for a place outside on the CPU; CUDA stops with an assertion of its own.
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
