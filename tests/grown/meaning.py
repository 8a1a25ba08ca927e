"""What a graph means, computed straight from what the checker resolved: node by node, step by step.

It shares nothing with the compiler but the layers' modules, which it takes from a compiled model, and is as
slow and plain as can be, so that a compiled model has something to be compared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from zoo.checker.resolution import (
    MASK,
    BlockUse,
    LayerUse,
    RepeatUse,
    Resolution,
    ReuseUse,
    ScanUse,
    Scope,
    Use,
)
from zoo.compiler import CompiledGraph
from zoo.compiler.names import attributes, plain
from zoo.compiler.queries import sources, wanted
from zoo.graph import Learned, Ref, Repeat, Reuse, Scan, Start, Zeros
from zoo.sizes import evaluate, substitute, symbol

Given = Mapping[str, Any]
"""By port: a tensor, several for a variadic port, None."""


@dataclass
class Body:
    """A body at work: what it resolved to, its module, what its names are worth, and the body around it."""

    scope: Scope
    module: nn.Module
    worth: dict[Ref, Any]
    outer: Body | None = None
    reserved: Iterable[str] = ()

    def of(self, node: str) -> nn.Module:
        """The module of a node, whose attribute may have been given another name."""
        names = attributes(self.reserved)
        own = (name for name, each in self.scope.nodes.items() if not isinstance(each.node, Reuse))
        return getattr(self.module, {name: names.take(plain(name)) for name in own}[node])

    def read(self, ref: Ref) -> Any:
        if ref in self.worth:
            return self.worth[ref]
        return self.worth[Ref(ref.node, next(iter(self.scope.nodes[ref.node].types)))]


def meaning(
    model: CompiledGraph, resolution: Resolution, inputs: Given, sizes: Mapping[str, int]
) -> list[Any]:
    """The outputs of a graph whose axes have these sizes, by the modules of a model of it."""
    worth = {Ref(name): inputs.get(name) for name in resolution.root.inputs}
    body = Body(resolution.root, model, worth, reserved=dir(CompiledGraph))
    return [*_Interpreter(sizes).outputs(body).values()]


class _Interpreter:
    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes

    def outputs(self, body: Body) -> dict[str, Any]:
        self.run(body, body.scope.outputs.values())
        return {name: body.read(ref) for name, ref in body.scope.outputs.items()}

    def run(self, body: Body, roots: Iterable[Ref]) -> None:
        needed = wanted(body.scope.nodes, roots)
        for name in body.scope.order:
            if name not in needed:
                continue
            node = body.scope.nodes[name]
            given = {
                port: body.read(wire) if isinstance(wire, Ref) else [body.read(ref) for ref in sources(wire)]
                for port, wire in node.inputs.items()
            }
            home, target, use = body, name, node.use
            if isinstance(use, ReuseUse):
                for _ in range(use.depth):
                    assert home.outer is not None
                    home = home.outer
                target, use = use.target, use.use
            found = self.use(use, home.of(target), given, home, target)
            body.worth.update((Ref(name, port), value) for port, value in found.items())

    def use(
        self, use: Use | None, module: nn.Module, given: Given, home: Body, target: str
    ) -> dict[str, Any]:
        if isinstance(use, LayerUse):
            return _layer(use, module, given)
        if isinstance(use, BlockUse):
            worth = {Ref(name): given.get(name) for name in use.scope.inputs}
            return self.outputs(Body(use.scope, module, worth))
        if isinstance(use, RepeatUse):
            node = home.scope.nodes[target].node
            share = isinstance(node, Repeat) and node.share
            found: dict[str, Any] = {}
            for index, each in enumerate(use.each):
                own = module if share else cast("nn.ModuleList", module)[index]
                found = self.use(each, own, given, home, target)
                given = {**given, **{port: found[output] for port, output in use.carry.items()}}
            return found
        assert isinstance(use, ScanUse)
        return self.scan(use, module, given, home, target)

    def scan(self, use: ScanUse, module: nn.Module, given: Given, home: Body, target: str) -> dict[str, Any]:
        node = home.scope.nodes[target].node
        assert isinstance(node, Scan)
        steps = next(given[name].shape[use.cut[name]] for name in node.each)
        learned = iter(module.parameters(recurse=False))
        floats = (x.dtype for x in given.values() if isinstance(x, Tensor) and x.is_floating_point())
        dtype = next(floats, torch.float64)  # in which all is compared
        states = {
            name: given[name] if isinstance(start, Ref) else self.start(use, start, learned, dtype)
            for name, start in node.state.items()
        }
        mask = given.get(MASK)
        stacked: dict[str, list[Tensor]] = {name: [] for name in use.scope.outputs}
        for step in reversed(range(steps)) if node.reverse else range(steps):
            real = None if mask is None else mask.select(use.mask, step)
            worth: dict[Ref, Any] = {
                Ref(name): _without_padding(real, given[name].select(use.cut[name], step))
                for name in node.each
            }
            worth |= {Ref(name): value for name, value in states.items()}
            worth |= {Ref(name): given.get(name) for name in node.const}
            body = Body(use.scope, module, worth, home)
            self.run(body, [*use.next.values(), *use.scope.outputs.values()])
            for name, ref in use.scope.outputs.items():
                value = body.read(ref)
                stacked[name].append(_where(real, value, torch.zeros_like(value)))
            states = {name: _where(real, body.read(use.next[name]), old) for name, old in states.items()}
        order = -1 if node.reverse else 1
        found = {name: torch.stack(values[::order], use.axis) for name, values in stacked.items()}
        return found | {name: states[state] for name, state in use.final.items()}

    def start(self, use: ScanUse, start: Start, learned: Any, dtype: torch.dtype) -> Tensor:
        assert isinstance(start, Zeros | Learned)
        shape = [
            substitute(substitute(evaluate(axis, symbol), use.scope.values), self.sizes)
            for axis in start.shape
        ]
        parameter = next(learned, None) if isinstance(start, Learned) else None  # none where nothing reads it
        zeros = torch.zeros(cast("list[int]", shape), dtype=dtype)
        return zeros if parameter is None else zeros + parameter


def _layer(use: LayerUse, module: nn.Module, given: Given) -> dict[str, Any]:
    several = [port for port, each in use.spec.inputs.items() if each.variadic]
    arguments = [value for port in several for value in given.get(port, ())]
    named = {port: value for port, value in given.items() if port not in several}
    before = [named.pop(port) for port in use.spec.inputs if several and port in named]
    found = module(*before, *arguments, **named, **dict.fromkeys(use.read, True))
    names = [*use.spec.outputs]
    return {names[0]: found} if isinstance(found, Tensor) else {name: getattr(found, name) for name in names}


def _without_padding(real: Tensor | None, value: Tensor) -> Tensor:
    """What is cut, with zeros in place of contents that mean nothing."""
    masked = real is not None and value.is_floating_point() and value.shape[: real.dim()] == real.shape
    return _where(real, value, torch.zeros_like(value)) if masked else value


def _where(real: Tensor | None, value: Tensor, old: Tensor) -> Tensor:
    if real is None:
        return value
    return torch.where(real[(..., *(None,) * (value.dim() - real.dim()))], value, old)
