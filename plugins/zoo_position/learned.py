"""Learned positions."""

from collections.abc import Mapping
from typing import Annotated, Any

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.errors import InputError
from zoo.fields import Positive
from zoo.sizes import Size


@layer("position/learned")
class Learned(nn.Module):
    """Add learned positions (Gehring et al. 2017; BERT, GPT): out[p] = x[p] + weight[p].

    ``weight``: max_length × dim, drawn from N(0, 0.02²), so that the tokens dominate at first.

    Raises InputError for a sequence longer than ``max_length``, for which there is no trained vector.
    """

    def __init__(
        self,
        dim: Positive,
        max_length: Annotated[Positive, Field(description="The maximum length of a sequence.")],
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(empty(max_length, dim))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the table."""
        nn.init.normal_(self.weight, std=0.02)

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return self.step(x, 0)[0]

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> int:
        """The position of the first step."""
        return 0

    def step(
        self, x: Float[Tensor, "batch time dim"], state: int
    ) -> tuple[Float[Tensor, "batch time dim"], int]:
        """``forward`` over the next piece of the sequence."""
        end, max_length = state + x.shape[1], self.weight.shape[0]
        if end > max_length:
            raise InputError(f"position/learned has {_too_few(max_length, end)}")
        return x + self.weight[state:end], end

    @staticmethod
    def shapes(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Refuse a known length that exceeds ``max_length``; the hints determine all shapes."""
        time = inputs["x"][1]
        if isinstance(time, int) and time > settings["max_length"]:
            raise ValueError(f"it has {_too_few(settings['max_length'], time)}")
        return {}


def _too_few(places: int, steps: int) -> str:
    return f"{places} places, and the sequence has {steps} steps; enlarge max_length, or cut the sequence"
