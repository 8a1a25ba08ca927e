"""Placeholders for layers, while the modules around them are built.

Generated code constructs ``self.cell = LSTMCell(hidden=64)``, but the seed of a layer depends on its path,
which a class cannot know. So the names of layers stand for placeholders while a model is built; when the
module tree is complete, every layer has a path, and is built in its place from the seed of that path.
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
    """A layer that is not built yet: its class, its settings, and the parameters that it will share."""

    def __init__(self, cls: type[nn.Module], settings: dict[str, Any]) -> None:
        # Without nn.Module.__init__: it is never called, and a large model has ten thousand of them.
        self.__dict__.update(cls=cls, settings=settings, shares=[], _modules={})

    @property
    def _parameters(self) -> dict[str, nn.Parameter]:  # pyright: ignore[reportIncompatibleVariableOverride] - made when asked for
        """One parameter in place of all of the layer's, so that freezing a block reaches it."""
        return self.__dict__.setdefault(_ALL, {_ALL: nn.Parameter(torch.empty(0))})

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__["shares"].append((name, value))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Part(self, (name,))


def is_frozen(layer: Placeholder) -> bool:
    """Whether the layer's parameters are frozen."""
    return _ALL in layer.__dict__ and not any(each.requires_grad for each in layer.parameters())


class Part:
    """Something inside a layer that is not built yet: ``attend.query.weight``."""

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
    """The constructor of placeholders for a layer class; ints become floats where a setting is a float."""
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
    """All placeholders, each with its path, its parent module and its name there."""
    for name, child in module._modules.items():  # pyright: ignore[reportPrivateUsage] - named_children skips one that stands twice
        if isinstance(child, Placeholder):
            yield prefix + name, module, name, child
        elif child is not None:
            yield from placeholders(child, f"{prefix}{name}.")


@contextmanager
def default_dtype(dtype: torch.dtype) -> Generator[None]:
    """Context manager: the default dtype of floats."""
    before = torch.get_default_dtype()
    if dtype != before:  # the default is global to the process
        torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        if dtype != before:
            torch.set_default_dtype(before)
