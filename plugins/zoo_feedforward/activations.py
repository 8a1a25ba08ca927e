"""The activations of this pack, by the name of the setting."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Literal, TypeAlias

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

Activation: TypeAlias = Annotated[
    Literal["relu", "gelu", "gelu_tanh", "silu", "sigmoid", "tanh", "identity"],
    Field(description="The elementwise function φ."),
]


def identity(x: Tensor) -> Tensor:
    """No activation: with it, the gate is linear (the bilinear form)."""
    return x


ACTIVATIONS: Mapping[Activation, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),
    "silu": F.silu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "identity": identity,
}
