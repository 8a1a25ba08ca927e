"""Stand-ins for layers while the modules around them are built.

Generated code says ``self.cell = LSTMCell(hidden=64)`` and knows nothing of seeds, for a class does not
know where its instances will stand. So the names of layers mean placeholders while a model is built; when
the whole tree stands, every layer has its path, and is built at its place from the seed of that path.
"""

from __future__ import annotations

from typing import Any

from torch import nn


class Placeholder(nn.Module):
    """A layer to be: its class, its settings, and the parameters that it will share."""

    def __init__(self, cls: type[nn.Module], settings: dict[str, Any]) -> None:
        # Without nn.Module's own: nothing ever runs it, and ten thousand of them are made.
        self.__dict__.update(cls=cls, settings=settings, shares=[])

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__["shares"].append((name, value))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Part(self, (name,))


class Part:
    """Something inside a layer to be: ``attend.query.weight``."""

    __slots__ = ("layer", "names")

    def __init__(self, layer: Placeholder, names: tuple[str, ...]) -> None:
        object.__setattr__(self, "layer", layer)
        object.__setattr__(self, "names", names)

    def __getattr__(self, name: str) -> Part:
        return Part(self.layer, (*self.names, name))

    def __getitem__(self, index: int) -> Part:
        return Part(self.layer, (*self.names, str(index)))

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.layer, ".".join((*self.names, name)), value)
