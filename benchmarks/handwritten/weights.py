"""The weights of a compiled graph under the names of its hand-written peer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from torch import Tensor, nn


def renamed(
    peer: nn.Module, state: Mapping[str, Tensor], names: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    """For each weight of ``peer``, that of ``state`` whose name the patterns of ``names`` make of its own."""
    found: dict[str, Tensor] = {}
    for name in peer.state_dict():
        for pattern, replacement in names:
            if (other := re.sub(f"^{pattern}$", replacement, name)) in state:
                found[name] = state[other]
                break
        else:
            raise KeyError(name)
    return found
