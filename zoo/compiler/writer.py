"""The code generator: it writes a class for each block and scan of a graph, each once.

How blocks and scans are written is passed in (see ``blocks`` and ``lowerings``); the writer keeps what has
been written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ScanUse, Use
from zoo.compiler.body import Body, Child
from zoo.compiler.program import Callee, Input, ModuleClass, Program
from zoo.compiler.queries import scopes_of
from zoo.spec import LayerSpec

WriteScan: TypeAlias = "Callable[[Writer, Body, str, list[ScanUse]], ModuleClass]"
"""Writes the class of a scan, given the enclosing body, the scan's name there and all uses of its module."""


class Declined(Exception):
    """A lowering does not apply to a scan; the message is the reason, without a final full stop."""


@dataclass(slots=True)
class Writer:
    """What has been written so far, and the functions that write blocks and scans."""

    program: Program
    write_block: Callable[[Writer, list[BlockUse]], ModuleClass]
    write_scan: WriteScan
    _blocks: dict[tuple[int, ...], ModuleClass] = field(default_factory=dict[tuple[int, ...], ModuleClass])
    _layers: dict[type[Any], Child] = field(default_factory=dict[type[Any], Child])

    def children(self, body: Body, name: str) -> list[Child]:
        """The module of a node; for a repeat, one for each layer."""
        if name not in body.children:
            uses = body.uses(name)
            stacks = [use.each for use in uses if isinstance(use, RepeatUse)]
            known: dict[tuple[int, ...], Child] = {}
            body.children[name] = []
            for layer in zip(*stacks, strict=True) if stacks else [tuple(uses)]:
                ids = tuple(map(id, layer))
                if ids not in known:
                    known[ids] = self._child(body, name, layer)
                body.children[name].append(known[ids])
        return body.children[name]

    def _child(self, body: Body, name: str, uses: Iterable[Use]) -> Child:
        uses = list(uses)
        first = uses[0]
        if isinstance(first, LayerUse):
            cls = first.spec.cls
            if cls not in self._layers:
                self._layers[cls] = Child(layer_callee(first.spec))
            return self._layers[cls]
        if isinstance(first, BlockUse):
            written = self.block([use for use in uses if isinstance(use, BlockUse)])
        else:
            written = self.write_scan(self, body, name, [use for use in uses if isinstance(use, ScanUse)])
        return Child(written.callee, written)

    def block(self, uses: list[BlockUse]) -> ModuleClass:
        """The class of a block, written once for uses with equal scopes."""
        key = tuple(id(scope) for scope in scopes_of(uses))
        if key not in self._blocks:
            self._blocks[key] = self.write_block(self, uses)
        return self._blocks[key]


def layer_callee(spec: LayerSpec) -> Callee:
    """How a layer is called, by its hints: a single tensor is the output ``out``, a NamedTuple has fields."""
    inputs = {name: Input(name, port.optional, port.variadic) for name, port in spec.inputs.items()}
    alone = list(spec.outputs) == ["out"]
    return Callee(inputs, {name: None if alone else name for name in spec.outputs})
