"""Cases for any layer: built by its spec alone, with inputs that fit its ports.

Sizes are distinct primes, by which a transposed axis shows. Settings that are axes take the axis's size;
``SETTINGS`` has those that no rule can guess.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from zoo.sizes import Size, evaluate
from zoo.spec import LayerSpec, Port, Shapes, Star, Wild

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "attention/big_bird": {"dim": 15, "heads": 5, "block": 2},
    "attention/linear": {"dim": 15, "heads": 5},
    "attention/linformer": {"dim": 15, "heads": 5, "max_length": 31},
    "attention/multi_head": {"dim": 15, "heads": 5},
    "attention/relative": {"dim": 15, "heads": 5, "clip": 1},
    "attention/retention": {"dim": 15, "heads": 5},
    "attention/sliding_window": {"dim": 15, "heads": 5, "window": 2, "global_tokens": 1},
    "basic/scale": {"factor": 0.3},
    "basic/slice": {"start": 1, "stop": -1},
    "position/learned": {"max_length": 31},
    "position/rotary": {"dim": 15, "heads": 5},
    "recurrent/gru": {"layers": 2, "bidirectional": True},
    "recurrent/lstm": {"layers": 2, "bidirectional": True},
    "recurrent/mlstm_cell": {"hidden": 22, "heads": 2},
    "recurrent/rnn": {"layers": 3},
}
"""What a layer needs beyond its axes."""

Input: TypeAlias = Tensor | list[Tensor] | None


class Sizes(dict[str, Any]):
    """Sizes by the name of the axis. A new name takes the next prime, or 1 if it is not one of ``kept``."""

    def __init__(self, settings: Mapping[str, Any], star: int, kept: frozenset[str] | None = None) -> None:
        super().__init__({name: int(value) for name, value in settings.items() if isinstance(value, int)})
        self.primes, self.star, self.kept = iter(PRIMES), star, kept

    def __missing__(self, name: str) -> Any:
        if name.startswith("*"):
            self[name] = tuple(next(self.primes) for _ in range(self.star))
        else:
            self[name] = next(self.primes) if self.kept is None or name in self.kept else 1
        return self[name]

    def shape(self, port: Port) -> tuple[Size, ...]:
        """The shape that a port's pattern stands for."""
        found: list[Size] = []
        for axis in port.shape:
            if isinstance(axis, Star):
                found.extend(self[str(axis)])
            else:
                found.append(
                    next(self.primes) if isinstance(axis, Wild) else evaluate(axis, self.__getitem__)
                )
        return tuple(found)


@dataclass(frozen=True)
class Case:
    """A layer, built in float64, with inputs that fit it, and the sizes of its axes."""

    layer: nn.Module
    settings: Mapping[str, Any]
    inputs: Mapping[str, Input]
    sizes: Sizes

    @property
    def shapes(self) -> Shapes:
        """What a rule is told of the wires: a shape for each, a list of shapes for a variadic port."""
        found: dict[str, tuple[Size, ...] | list[tuple[Size, ...]]] = {}
        for name, x in self.inputs.items():
            if x is not None:
                found[name] = [tuple(part.shape) for part in x] if isinstance(x, list) else tuple(x.shape)
        return found

    def run(self, **flags: bool) -> dict[str, Tensor]:
        """The outputs by name, of those that were computed."""
        positional: list[Tensor | None] = []
        for x in self.inputs.values():
            positional.extend(x if isinstance(x, list) else [x])
        found = self.layer(*positional, **flags)
        named = {"out": found} if isinstance(found, Tensor) else found._asdict()
        return {name: x for name, x in named.items() if x is not None}

    def moved(self, move: Callable[[Tensor], Tensor], layer: Any = None) -> "Case":
        """The case with every input moved, and perhaps with another layer."""
        inputs: dict[str, Input] = {}
        for name, x in self.inputs.items():
            inputs[name] = (
                [move(part) for part in x] if isinstance(x, list) else None if x is None else move(x)
            )
        return replace(self, layer=self.layer if layer is None else layer, inputs=inputs)


def case(spec: LayerSpec, *, optional: bool = True, ones: bool = False, star: int = 2) -> Case:
    """A case with or without what is optional, perhaps of one element an axis; ``star`` axes for a star."""
    given = dict(SETTINGS.get(spec.id, {}))
    defaults = {
        n: field.default for n, field in spec.settings.model_fields.items() if not field.is_required()
    }
    sizes = Sizes({**defaults, **given}, star, spec.widths if ones else None)
    shapes = {
        name: [sizes.shape(port) for _ in range(1 + 2 * port.variadic)] for name, port in spec.inputs.items()
    }
    for name, field in spec.settings.model_fields.items():
        if field.is_required() and name not in given:
            given[name] = sizes[name]
    settings = spec.settings.model_validate(given).model_dump()
    inputs: dict[str, Input] = {}
    for name, port in spec.inputs.items():
        drawn = [draw(port, shape, settings) for shape in shapes[name]]
        inputs[name] = drawn if port.variadic else drawn[0] if optional or not port.optional else None
    return Case(spec.cls(**settings).double(), settings, inputs, sizes)


def draw(port: Port, shape: tuple[Any, ...], settings: Mapping[str, Any]) -> Tensor:
    """Random content for a port; of integers, tokens of the vocabulary, or the first place."""
    if port.dtype == "float":
        return torch.randn(shape).double()
    return torch.randint(settings.get("vocab", 1), shape) if port.dtype == "int" else torch.rand(shape) < 0.7


def variants(spec: LayerSpec) -> Iterator[Case]:
    """With and without what is optional, with one element an axis, with no, one and three axes for a star."""
    yield case(spec)
    yield case(spec, optional=False)
    yield case(spec, ones=True)
    if any(port.star for port in spec.inputs.values()):
        yield from (case(spec, star=star) for star in (0, 1, 3))
