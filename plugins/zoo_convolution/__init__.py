"""The pack ``convolution``: layers that apply the same map to a window around every step."""

from torch import nn

from zoo import hookimpl
from zoo_convolution.conv1d import Conv1d


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [Conv1d]
