"""The pack ``position``: telling a layer without order where in the sequence each step stands."""

from torch import nn

from zoo import hookimpl
from zoo_position.learned import Learned
from zoo_position.sinusoidal import Sinusoidal


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [Sinusoidal, Learned]
