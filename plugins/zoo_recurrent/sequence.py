"""Cells walked over whole sequences: what the layers ``rnn``, ``lstm`` and ``gru`` share.

The walk itself, with its masks, is ``zoo.recurrence``'s.

States are batch × states × hidden, with the batch first as everywhere in a graph (PyTorch has it second);
state number layer · directions + direction, as there.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, NamedTuple

from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo.errors import InputError
from zoo.fields import Positive, Probability

Layers = Annotated[Positive, Field(description="Cells stacked: each reads the outputs of the one below.")]
Bidirectional = Annotated[bool, Field(description="A second cell a layer, from the last real step backward.")]
Dropped = Annotated[Probability, Field(description="Dropout between layers, in training; none in time.")]


class Recurrence(NamedTuple):
    """``out`` is h of the last layer at every step; ``h`` are all states after the last real one."""

    out: Float[Tensor, "batch time {self.hidden}*(1+{self.bidirectional})"]
    h: Float[Tensor, "batch {self.layers}*(1+{self.bidirectional}) {self.hidden}"]


def stacked(
    cell: Callable[[int], nn.Module], input: int, hidden: int, layers: int, bidirectional: bool
) -> nn.ModuleList:
    """A cell for each layer and direction, in the order of the states; ``cell`` makes one for a width."""
    directions = 1 + bidirectional
    widths = [input if layer == 0 else hidden * directions for layer in range(layers)]
    return nn.ModuleList(cell(width) for width in widths for _ in range(directions))


def ahead_when_bidirectional(settings: Mapping[str, Any], _: Collection[str]) -> tuple[str, ...]:
    """The axis along which a step depends on later ones."""
    return ("time",) if settings["bidirectional"] else ()


def check_streams(layer: str, *, bidirectional: bool) -> None:
    """Refuse to stream a layer that also begins at a sequence's end, by InputError."""
    if bidirectional:
        raise InputError(
            f"a stream has no last step yet, and this {layer} also runs backward; set bidirectional: false"
        )
