"""The pack ``position``: positional information for layers that ignore the order of steps."""

from torch import nn

from zoo import hookimpl
from zoo_position.alibi import ALiBi
from zoo_position.learned import Learned
from zoo_position.rotary import Rotary
from zoo_position.sinusoidal import Sinusoidal
from zoo_position.structural import Structural, TreeDistance
from zoo_position.t5_bias import T5Bias


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [Sinusoidal, Learned, Rotary, ALiBi, T5Bias, Structural, TreeDistance]
