"""Stand-ins for layers while the modules around them are built.

Generated code says ``self.cell = LSTMCell(hidden=64)`` and knows nothing of seeds, for a class does not
know where its instances will stand. So the names of layers mean placeholders while a model is built; when
the whole tree stands, every layer has its path, and is built at its place from the seed of that path.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from zoo.packs.offers import spec_of

_ALL = "_zoo_parameters"
_FLOATS: tuple[Any, ...] = (float, float | None)


class Placeholder(nn.Module):
    """A layer to be: its class, its settings, and the parameters that it will share."""

    def __init__(self, cls: type[nn.Module], settings: dict[str, Any]) -> None:
        # Without nn.Module's own: nothing ever runs it, and ten thousand of them are made.
        self.__dict__.update(cls=cls, settings=settings, shares=[], _modules={})

    @property
    def _parameters(self) -> dict[str, nn.Parameter]:  # pyright: ignore[reportIncompatibleVariableOverride] - made when asked for
        """One that stands for all of the layer's: what freezes a block meets it there."""
        return self.__dict__.setdefault(_ALL, {_ALL: nn.Parameter(torch.empty(0))})

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__["shares"].append((name, value))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Part(self, (name,))


def is_frozen(layer: Placeholder) -> bool:
    """Whether the parameters of a layer to be are left as they are by training."""
    return _ALL in layer.__dict__ and not any(each.requires_grad for each in layer.parameters())


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


def standing_for(cls: type[nn.Module]) -> Callable[..., Placeholder]:
    """What stands for a layer's class: a param of 0 is a dropout of 0.0."""
    spec = spec_of(cls)
    assert spec is not None
    floats = {name for name, each in spec.settings.model_fields.items() if each.annotation in _FLOATS}

    def make(**settings: Any) -> Placeholder:
        for name in floats & settings.keys():
            if type(settings[name]) is int:
                settings[name] = float(settings[name])
        return Placeholder(cls, settings)

    return make


def placeholders(module: nn.Module, prefix: str) -> Iterator[tuple[str, nn.Module, str, Placeholder]]:
    """Every placeholder with its path, the module that it stands in, and its name there."""
    for name, child in module._modules.items():  # pyright: ignore[reportPrivateUsage] - named_children skips one that stands twice
        if isinstance(child, Placeholder):
            yield prefix + name, module, name, child
        elif child is not None:
            yield from placeholders(child, f"{prefix}{name}.")


@contextmanager
def default_dtype(dtype: torch.dtype) -> Generator[None]:
    """While layers are built: the dtype of their floats."""
    before = torch.get_default_dtype()
    if dtype != before:  # it is the whole process's
        torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        if dtype != before:
            torch.set_default_dtype(before)
