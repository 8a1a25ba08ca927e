"""A layer whose module imports Qt."""

import importlib
import sys

from jaxtyping import Float
from torch import Tensor, nn

import zoo
from tests.zoo.testing.faulty import fails

if "pytest" not in sys.modules:  # here it is defined where Qt may be missing
    importlib.import_module("PySide6.QtWidgets")


@fails("imports")
@zoo.layer("faulty/painted")
class Painted(nn.Module):
    """A layer that cannot be loaded where there is no screen."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x.tanh()
