"""The first value that is not finite, and where it came from; what a search for it looks with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from torch import Tensor, nn

from zoo.compiler import CompiledGraph
from zoo.problems import Place

Way: TypeAlias = Literal["weights", "input", "forward", "backward"]


@dataclass(frozen=True, slots=True)
class Birth:
    """What first was NaN or infinite: a weight, an input, what a node gave, or what it sent back.

    ``path`` is the node's (of a model that is not a graph: the module's name; empty where no node is at
    fault), ``call`` counts its calls from 1, ``tensor`` says which of its tensors, ``place`` is where the
    node is written.
    """

    way: Way
    path: str
    layer: str
    call: int
    tensor: str
    place: Place | None = None
    is_node: bool = True

    def __str__(self) -> str:
        at = f" ({self.place})" if self.place else ""
        node = f"the {'node' if self.is_node else 'module'} '{self.path}'{at}"
        times = f", at its call {self.call}" if self.call > 1 else ""
        if self.way == "weights":
            return f"the weights of {node} are no longer finite"
        if self.way == "input":
            return f"the input '{self.path}' is given values that are not finite"
        if self.way == "forward":
            return f"the first value that is not finite came out of {node}{times}"
        if not self.path:
            return f"the first gradient that is not finite came from {self.tensor}"
        return f"the first gradient that is not finite came out of {node}{times}: {self.tensor}"


def is_finite(x: Tensor) -> bool:
    """Whether all are numbers; integers and bools are."""
    return not x.is_floating_point() or bool(x.isfinite().all())


def tensors_in(value: object) -> Iterator[Tensor]:
    """The tensors in a value that a module takes or gives."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from tensors_in([*cast("dict[str, object]", value).values()])
    elif isinstance(value, tuple | list):
        for each in cast("Sequence[object]", value):
            yield from tensors_in(each)


def all_finite(value: object) -> bool:
    """Whether all tensors in what a module takes or gives are finite."""
    return all(map(is_finite, tensors_in(value)))


def modules_of(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """All modules by their names."""
    return cast("Iterator[tuple[str, nn.Module]]", model.named_modules())


def born(way: Way, model: nn.Module, name: str, call: int, tensor: str) -> Birth:
    """A birth in the module of a name; in a compiled graph, in the node that it is of."""
    layer = type(model.get_submodule(name)).__name__
    if not isinstance(model, CompiledGraph):
        return Birth(way, name, layer, call, tensor, is_node=False)
    path = model.__zoo_unit__.nodes_of(name)
    return Birth(way, ".".join(path), layer, call, tensor, model.__zoo_unit__.place(path))
