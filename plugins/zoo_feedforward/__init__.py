"""The pack ``feedforward``: position-wise networks."""

from torch import nn

from zoo import hookimpl
from zoo_feedforward.balance import LoadBalance
from zoo_feedforward.ffn import FFN
from zoo_feedforward.gated import Gated
from zoo_feedforward.mixture import MixtureOfExperts


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [FFN, Gated, MixtureOfExperts, LoadBalance]
