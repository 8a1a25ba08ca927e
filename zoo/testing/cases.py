"""A case: a layer, built in float64 with random parameters, and matching inputs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from zoo.sizes import Size
from zoo.testing.inputs import Given, Style, draw
from zoo.testing.sizes import Assignment, Sizes
from zoo.values import EMPTY

if TYPE_CHECKING:
    from zoo.spec import LayerSpec, Shapes

Outputs = dict[str, Tensor]


@dataclass(frozen=True)
class Case:
    """A layer with settings and inputs; ``title`` distinguishes it from other cases of the layer."""

    spec: LayerSpec
    settings: Mapping[str, Any]
    sizes: Sizes
    layer: nn.Module
    given: Given
    title: str = ""

    def __str__(self) -> str:
        return self.title or "as it is"

    def run(self, layer: Callable[..., Any] | None = None, *, asked: Mapping[str, Any] = EMPTY) -> Outputs:
        """The outputs by name, including on-demand ones that are ``asked`` for; ``layer`` replaces its layer.

        Random numbers are the same in every run.
        """
        with seeded(0):
            return named((self.layer if layer is None else layer)(*self.positional, **asked))

    def run_all(self, layer: Callable[..., Any] | None = None) -> Outputs:
        """All outputs by name, including on-demand ones."""
        return self.run(layer, asked=self.everything)

    @property
    def positional(self) -> tuple[Tensor | None, ...]:
        """The inputs in the order of ``forward``."""
        found: list[Tensor | None] = []
        for x in self.given.values():
            found.extend(x if isinstance(x, tuple) else [x])
        return tuple(found)

    @property
    def everything(self) -> dict[str, bool]:
        """The flags that request every on-demand output."""
        return {name: True for name, port in self.spec.outputs.items() if port.on_demand}

    @property
    def wired(self) -> frozenset[str]:
        """The ports that have an input."""
        return frozenset(name for name, x in self.given.items() if x is not None)

    @property
    def shapes(self) -> Shapes:
        """The argument of a rule: the shape at each port, or a list of shapes at a variadic one."""
        found: dict[str, tuple[Size, ...] | Sequence[tuple[Size, ...]]] = {}
        for name, x in self.given.items():
            if x is not None:
                found[name] = [tuple(part.shape) for part in x] if isinstance(x, tuple) else tuple(x.shape)
        return found

    @property
    def tensors(self) -> dict[str, Tensor]:
        """Every input tensor by port, named ``xs.0``, ``xs.1``, … if a port is variadic."""
        found: Outputs = {}
        for name, x in self.given.items():
            if isinstance(x, tuple):
                found |= {f"{name}.{i}": part for i, part in enumerate(x)}
            elif x is not None:
                found[name] = x
        return found

    @property
    def tensors_by_name(self) -> dict[str, Tensor]:
        """The same by the input names of a one-layer graph: ``xs0``, ``xs1``, …"""
        return {name.replace(".", ""): x for name, x in self.tensors.items()}

    @property
    def floats(self) -> dict[str, Tensor]:
        """The input tensors that can have gradients."""
        return {name: x for name, x in self.tensors.items() if x.is_floating_point()}

    def mapped(self, change: Callable[[str, Tensor], Tensor | None], title: str = "") -> Case:
        """The case with ``change`` applied to the port name and tensor of every input."""
        given: dict[str, Tensor | tuple[Tensor, ...] | None] = {}
        for name, x in self.given.items():
            if isinstance(x, tuple):
                parts = [change(name, part) for part in x]
                given[name] = tuple(part for part in parts if part is not None)
            else:
                given[name] = None if x is None else change(name, x)
        return replace(self, given=given, title=title or self.title)

    def copied(self) -> Case:
        """The case with copies of its inputs."""
        return self.mapped(lambda _, x: x.detach().clone())

    def leaves(self) -> Case:
        """The case with inputs that require gradients."""
        return self.mapped(lambda _, x: x.detach().clone().requires_grad_(x.is_floating_point()))


def named(found: Any) -> Outputs:
    """The result of a layer by the names of its outputs."""
    outputs: Mapping[str, Any] = {"out": found} if isinstance(found, Tensor) else found._asdict()
    return {name: x for name, x in outputs.items() if x is not None}


def make(
    spec: LayerSpec,
    settings: Mapping[str, Any],
    assignment: Assignment,
    *,
    style: Style,
    wired: frozenset[str],
    title: str = "",
) -> Case:
    """Build a case deterministically; raises what the layer raises.

    Parameters are perturbed, so that no fault is hidden by an initialisation to zeros or ones.
    """
    settings = spec.settings.model_validate(settings).model_dump()
    sizes = Sizes(assignment, settings)
    given: dict[str, Tensor | tuple[Tensor, ...] | None] = {}
    with seeded(0):
        for name, port in spec.inputs.items():
            shapes = [sizes.shape(port) for _ in range(3 if port.variadic else 1)]
            drawn = tuple(draw(name, port, shape, settings, style) for shape in shapes)
            given[name] = (
                drawn if port.variadic else None if port.optional and name not in wired else drawn[0]
            )
        layer = spec.cls(**settings).double().eval()
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.add_(0.3 * torch.randn_like(parameter))
    return Case(spec, settings, sizes, layer, given, title)


@contextmanager
def seeded(seed: int) -> Generator[None]:
    """Context manager: seed torch's generator inside the block, and restore its state afterwards."""
    state = torch.default_generator.get_state()
    torch.default_generator.manual_seed(seed)
    try:
        yield
    finally:
        torch.default_generator.set_state(state)
