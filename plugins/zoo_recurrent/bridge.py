"""From the last states of an encoder to the first states of a decoder."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.errors import InputError
from zoo.fields import Positive
from zoo.sizes import Size

Directions = Literal["one", "sum", "concat"]


@layer("recurrent/bridge")
class Bridge(nn.Module):
    """The bridge of an encoder-decoder: the encoder's last states become the decoder's first ones.

        s = h                          ``directions: one``: an encoder that runs forward alone
        s = h_forward + h_backward     ``sum``
        s = [h_forward; h_backward]    ``concat``

        out = tanh(W s + b)            ``kind: linear`` (Bahdanau, Cho & Bengio 2015, appendix A.2.2)
        out = s                        ``none``
        out = 0                        ``zeros``: the decoder learns of the source by attention alone

    ``h``: batch × states × input, the states of all layers in the order that the sequence layers have: layer
    by layer, forward before backward. ``sum`` and ``concat`` leave one state a layer, of width input or
    2·input. With one direction ``h`` may also be batch × input, as a scan has it.

    ``weight`` W: output × width of s, one matrix for the states of all layers, uniform in ±1/√width;
    ``bias`` b: output, zeros. An LSTM has a bridge for h and one for c.

    Raises ValueError for ``output`` where nothing is learned, and for two directions with an odd number of
    states; for these InputError where it runs.
    """

    def __init__(
        self,
        input: Positive,
        kind: Annotated[
            Literal["linear", "none", "zeros"], Field(description="What becomes of the states.")
        ] = "linear",
        directions: Annotated[
            Directions, Field(description="What becomes of the encoder's two directions.")
        ] = "one",
        output: Annotated[
            Positive | None, Field(description="The decoder's width; none: as wide as the states.")
        ] = None,
    ) -> None:
        super().__init__()
        self.kind, self.directions = kind, directions
        width = input * (1 + (directions == "concat"))
        linear = kind == "linear"
        self.weight = nn.Parameter(empty(output or width, width)) if linear else None
        self.bias = nn.Parameter(empty(output or width)) if linear else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weight anew and set the bias to zero."""
        if self.weight is not None and self.bias is not None:
            bound = self.weight.shape[1] ** -0.5
            nn.init.uniform_(self.weight, -bound, bound)
            nn.init.zeros_(self.bias)

    def forward(self, h: Float[Tensor, "batch *states input"]) -> Float[Tensor, "batch ... _"]:
        if self.directions != "one":
            try:
                check_pairs(h.shape)
            except ValueError as error:
                raise InputError(str(error)) from None
            forward, backward = h[:, ::2], h[:, 1::2]
            h = forward + backward if self.directions == "sum" else torch.cat([forward, backward], -1)
        if self.weight is None:
            return h if self.kind == "none" else torch.zeros_like(h)
        return F.linear(h, self.weight, self.bias).tanh()

    @staticmethod
    def shapes(
        settings: Mapping[str, Any], inputs: Mapping[str, tuple[Size, ...]]
    ) -> dict[str, tuple[Size, ...]]:
        """One state a layer, of the decoder's width."""
        batch, *states, width = inputs["h"]
        if settings["output"] is not None and settings["kind"] != "linear":
            raise ValueError(
                f"output is the width of a bridge that learns, and its kind is {settings['kind']}; "
                "remove output, or set kind: linear"
            )
        if settings["directions"] != "one":
            check_pairs(inputs["h"])
            states = [states[0] // 2]
        if settings["directions"] == "concat":
            width = 2 * width
        return {"out": (batch, *states, settings["output"] or width)}


def check_pairs(shape: Sequence[Size]) -> None:
    """Refuse states that are not those of two directions, by ValueError."""
    if len(shape) != 3 or (isinstance(shape[1], int) and shape[1] % 2):
        raise ValueError(
            "two directions have an even number of states, batch × states × width, and there come "
            f"{' × '.join(map(str, shape))}; set directions: one"
        )
