"""The executed program of a stream: its source and its classes."""

from __future__ import annotations

import hashlib
import itertools
import re
import weakref
from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast

import torch
from torch import Tensor, nn

from zoo.checker import resolve
from zoo.collecting import paused
from zoo.compiler.body import Home
from zoo.compiler.error_notes import located
from zoo.compiler.names import camel
from zoo.compiler.program import Program
from zoo.compiler.step.axis import StreamAxis, find_axis
from zoo.compiler.step.blocks import StepContext, Steps
from zoo.compiler.step.program import StepClass, StepProgram
from zoo.compiler.survey import Survey
from zoo.compiler.unit import Unit, execute
from zoo.errors import GraphError, InputError
from zoo.files import semantic_hash
from zoo.packs import Registry
from zoo.spec import TensorType

_count = itertools.count(1)


class StepUnit:
    """The code of a stream; ``types`` are those of the graph's inputs.

    ``places`` holds the position of the stream's axis in each output, None for an output without it, which is
    a result so far.
    """

    def __init__(self, unit: Unit, axis: str | None) -> None:
        self.recipe, self.of = unit.recipe, weakref.ref(unit)
        recipe, graph = unit.recipe, unit.recipe.graph
        registry = None if recipe.layers is None else Registry.of(*recipe.layers)
        resolution = resolve(graph, registry, params=recipe.params)
        scope = resolution.root
        self.along: StreamAxis = find_axis(graph, scope, axis)
        survey = Survey().scope(scope)
        program = StepProgram(
            f"The graph '{graph.name}' along `{self.along.axis}`, piece by piece.", survey.words
        )
        model = Program("", survey.layers, survey.words)
        program.helpers = model.helpers
        context = StepContext(self.along, program, model)
        steps = Steps(context, scope, Home(graph), unit.root, frozenset(self.along.pieces))
        draft = steps.write(graph.inputs, graph.about or f"The graph '{graph.name}'.")
        if context.problems:
            raise GraphError(context.problems)
        self.root: StepClass = program.add(draft, camel(graph.name), f"{camel(graph.name)}Graph")
        self.types: dict[str, TensorType] = {
            name: scope.shown(type_) for name, type_ in scope.inputs.items() if type_ is not None
        }
        self.places: list[int | None] = [
            next(iter(self.along.places(scope.types[name], scope)), None) for name in scope.outputs
        ]
        lines = program.lines()
        self.source = "\n".join(line.text for line in lines) + "\n"
        self.nodes = [line.node for line in lines]
        word = re.sub(r"\W+", "_", graph.name)
        self.filename = f"<zoo {word} along {self.along.axis} {next(_count)}>"
        self.names: dict[str, Any] = {}
        execute(self, self.source, self.filename, self.names)

    def over(self, model: nn.Module) -> Any:
        """An instance of the stream's class over the modules of a model."""
        return self.names[self.root.name](model)

    def explain(self, error: Exception) -> None:
        """Add the node that was executing, and its place, to an error raised in the code."""
        found: list[str] = []
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self.filename:
                found.append(self.nodes[trace.tb_lineno - 1])
            trace = trace.tb_next
        path = [node for node in found if node]
        if path:
            unit = self.of()
            error.add_note(f"in the node '{'.'.join(path)}'" if unit is None else located(unit, path))

    # ---------------------------------------------------------------------------------------- what is saved

    @cached_property
    def digest(self) -> bytes:
        """A hash of what a state belongs to: the graph, its params, the axis."""
        recipe = self.recipe
        params = sorted((name, repr(value)) for name, value in recipe.params.items())
        text = f"{semantic_hash(recipe.graph)} {params} {self.along.axis}"
        return hashlib.sha256(text.encode()).digest()

    def marks(self, batch: int, seen: int) -> dict[str, Tensor]:
        """The metadata of a saved state, under keys that no field has."""
        digest = torch.tensor([*self.digest], dtype=torch.uint8)
        return {"#graph": digest, "#batch": torch.tensor(batch), "#seen": torch.tensor(seen)}

    def examine(self, state: Mapping[str, Tensor]) -> tuple[int, int]:
        """The numbers of rows and steps of a saved state; InputError if it is of another graph."""
        marks = [state.get(name) for name in ("#graph", "#batch", "#seen")]
        if any(mark is None for mark in marks):
            raise InputError("this is no state of a stream; give what a stream's state_dict returned")
        graph, batch, seen = cast("list[Tensor]", marks)
        if not torch.equal(graph.cpu(), self.marks(0, 0)["#graph"]):
            raise InputError(
                "a state goes on in the graph that it is of, with the same params and along the same axis, "
                f"and this is none of '{self.recipe.graph.name}' along '{self.along.axis}'"
            )
        return int(batch), int(seen)


@paused()
def step_unit(unit: Unit, axis: str | None) -> StepUnit:
    """The stream of a unit along an axis, generated once; GraphError with all nodes that prevent it."""
    known = unit.streams
    if axis not in known:
        known[axis] = StepUnit(unit, axis)
    return known[axis]
