"""The sound layer."""

SOUND = '''
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, NamedTuple
import jaxtyping
import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn
from zoo.contract import layer
from zoo.fields import Positive

class Out(NamedTuple):
    h: Float[Tensor, "batch hidden"]
    weights: Float[Tensor, "batch input"] | None

@layer("lab/cell")
class Cell(nn.Module):
    """One step."""

    def __init__(
        self, input: Positive, hidden: Positive, bias: bool = True, groups: int | None = None
    ) -> None:
        super().__init__()

    def forward(
        self,
        x: Float[Tensor, "batch input"],
        h: Float[Tensor, "batch hidden"],
        mask: Bool[Tensor, "batch extra"] | None = None,
        *,
        weights: bool = False,
    ) -> Out: ...
'''

X = 'x: Float[Tensor, "batch input"]'
