"""The compiler driver: check a graph, generate its source, execute it, build the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from zoo.arguments import seed as valid_seed
from zoo.checker import Resolution, resolve
from zoo.collecting import paused
from zoo.compiler.blocks import write_block, write_graph
from zoo.compiler.inputs import Inputs
from zoo.compiler.lowerings import STEP, UNROLL
from zoo.compiler.lowerings import lowering as lowering_of
from zoo.compiler.materialise import materialise
from zoo.compiler.model import CompiledGraph
from zoo.compiler.program import ModuleClass, Program
from zoo.compiler.survey import Survey
from zoo.compiler.target import device_of, dtype_of
from zoo.compiler.unit import Recipe, Unit
from zoo.compiler.unrolled import UnrolledGraph
from zoo.compiler.writer import Writer, WriteScan
from zoo.errors import GraphError
from zoo.graph import Graph
from zoo.packs import Registry


@paused()
def compile_graph(
    graph: Graph,
    *,
    device: str | torch.device | None = None,
    dtype: torch.dtype | None = None,
    seed: int = 0,
    params: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
    lowering: str = "auto",
) -> CompiledGraph:
    """Compile a graph to a module on ``device`` in ``dtype`` (torch's defaults), with weights from ``seed``.

    ``params`` override the graph's own. Layers are looked up in ``registry``, by default the installed packs.
    ``lowering`` names the way in which scans are written (``zoo.compiler.lowerings``). Raises GraphError with
    all errors of the graph, or with the reasons of layers that reject their settings; ArgumentError for a
    device that does not exist and for other invalid arguments.
    """
    where, kind, seed = device_of(device), dtype_of(dtype), valid_seed(seed)
    layers = None if registry is None else tuple(spec.cls for spec in registry.layers.values())
    unit = make_unit(Recipe(graph, dict(params or {}), layers, lowering), registry)
    model = materialise(unit, where, kind, seed)
    assert isinstance(model, CompiledGraph)
    if lowering == STEP:
        from zoo.compiler.step.unit import step_unit

        step_unit(unit, None)  # raises GraphError for a graph that cannot be streamed
    return model


@paused()
def recompile(recipe: Recipe) -> Unit:
    """Compile the unit that a pickle describes."""
    return make_unit(recipe, None if recipe.layers is None else Registry.of(*recipe.layers))


def make_unit(recipe: Recipe, registry: Registry | None = None, write_scan: WriteScan | None = None) -> Unit:
    """Check a graph, generate its program and execute it; ``write_scan`` overrides the recipe's lowering."""
    write_scan = write_scan or lowering_of(recipe.lowering)
    resolution = resolve(recipe.graph, registry, params=recipe.params)
    if not resolution.ok:
        raise GraphError([problem for problem in resolution.problems if problem.severity == "error"])
    return lower(recipe, resolution, write_scan)


@paused()
def lower(recipe: Recipe, resolution: Resolution, write_scan: WriteScan) -> Unit:
    """Generate the program of a checked graph and execute it."""
    graph, scope = resolution.graph, resolution.root
    survey = Survey().scope(scope)
    program, root = write(resolution, survey, write_scan)
    types = {name: scope.shown(type_) for name in root.callee.inputs if (type_ := scope.inputs[name])}
    optional = {name for name, port in graph.inputs.items() if port.optional}
    base = UnrolledGraph if recipe.lowering == UNROLL else CompiledGraph
    return Unit(recipe, program, root, base, Inputs(graph.name, types, optional, survey.walked))


def write(resolution: Resolution, survey: Survey, write_scan: WriteScan) -> tuple[Program, ModuleClass]:
    """Generate the program of a checked graph; returns it with the class of the graph."""
    graph, scope = resolution.graph, resolution.root
    program = Program(f"The graph '{graph.name}' as PyTorch modules.", survey.layers, survey.words)
    writer = Writer(program, write_block, write_scan)
    return program, write_graph(writer, graph, scope, resolution.params, dir(CompiledGraph))
