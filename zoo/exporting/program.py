"""Lowering a model for export, and tracing it by ``torch.export`` with dynamic axes."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from itertools import cycle
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram
from torch.utils._sympy.value_ranges import ValueRanges

from zoo.axes import check_sizes, open_axes
from zoo.checker import Resolution, resolve
from zoo.compiler import CompiledGraph, compile_graph
from zoo.errors import ExportError, InputError, did_you_mean
from zoo.packs import Registry
from zoo.samples import random_inputs
from zoo.spec import TensorType

BATCH = 3
LONG = (131, 137, 139, 149, 151)
"""Lengths to trace with, longer than the blocks of blockwise layers: a trace of one block is not general."""
LARGEST = 2**31
"""Larger than the limit of any model."""
SHORT = (11, 7, 5, 13, 9)
"""The same for models with small position tables."""


@dataclass(frozen=True, slots=True)
class Source:
    """A model prepared for export: lowered, on the CPU, in evaluation mode.

    ``without`` are the omitted inputs, ``most`` the maximum sizes given by the user.
    """

    model: CompiledGraph
    resolution: Resolution
    without: frozenset[str]
    most: Mapping[str, int]

    @property
    def inputs(self) -> dict[str, TensorType]:
        """The types of the file's inputs."""
        return {name: type_ for name, type_ in types(self.resolution).items() if name not in self.without}

    @property
    def outputs(self) -> dict[str, TensorType]:
        """The types of the file's outputs."""
        root = self.resolution.root
        return {name: root.shown(type_) for name, type_ in root.types.items() if type_ is not None}

    def sizes(self, lengths: Iterable[int]) -> dict[str, int]:
        """A different size for each open axis."""
        axes = open_axes(self.resolution)
        rest = dict(zip((name for name in axes if name != "batch"), cycle(lengths), strict=False))
        found = {"batch": BATCH, **rest, **self.most}
        return {name: found[name] for name in axes}

    def examples(self, sizes: Mapping[str, int], seed: int = 0) -> dict[str, Tensor | None]:
        """Inputs of these sizes; None for omitted ones.

        The last row of a mask is all false. Integers are small enough to be positions in a sequence.
        """
        found: dict[str, Tensor | None] = dict.fromkeys(types(self.resolution))
        drawn = random_inputs(self.resolution, sizes, dtype_of(self.model), torch.device("cpu"), seed)
        for name, x in drawn.items():
            if name not in self.without:
                found[name] = x.clamp(max=x.shape[-1] - 1) if x.dtype == torch.int64 and x.dim() > 1 else x
            if x.dtype == torch.bool and x.dim() > 1 and x.shape[0] > 1:
                x[-1] = False
        return found


@dataclass(frozen=True, slots=True)
class Traced:
    """A source with its program, and the sizes of the trace."""

    source: Source
    program: ExportedProgram
    sizes: Mapping[str, int]


def lowered(model: CompiledGraph, without: Collection[str], most: Mapping[str, int]) -> Source:
    """Prepare a model for export.

    Raises ExportError for an input that cannot be omitted, and ZooError for the size of an unknown axis.
    """
    recipe = model.__zoo_unit__.recipe
    registry = None if recipe.layers is None else Registry.of(*recipe.layers)
    resolution = resolve(recipe.graph, registry, params=recipe.params)
    _check_without(resolution, without)
    check_sizes(resolution, {**dict.fromkeys(open_axes(resolution), BATCH), **most})
    made = compile_graph(
        recipe.graph, dtype=dtype_of(model), params=recipe.params, registry=registry, lowering="scan"
    )
    made.load_state_dict({name: each.cpu() for name, each in model.state_dict().items()})
    made.eval().requires_grad_(requires_grad=False)  # otherwise, kernels with a backward pass are chosen
    source = Source(made, resolution, frozenset(without), most)
    _name_outputs(made, [*source.outputs])
    return source


def traced(source: Source) -> Traced:
    """Trace a model; raises ExportError if that fails, and InputError for sizes that do not fit."""
    refused: InputError | None = None
    sizes: dict[str, int] = {}
    free = {name: open_at(type_) for name, type_ in source.inputs.items()}
    for lengths in (LONG, SHORT):
        sizes = source.sizes(lengths)
        try:
            return Traced(source, trace(source.model, source.examples(sizes), free), sizes)
        except InputError as error:
            refused = error
    assert refused is not None
    try:
        with torch.no_grad():
            source.model(source.examples(sizes))  # gives a better error than the symbolic trace
    except InputError as error:
        refused = error
    chosen = ", ".join(f"{name}={size}" for name, size in source.most.items())
    raise InputError(f"{refused} (at the chosen {chosen})" if chosen else str(refused)) from None


def trace(
    module: nn.Module,
    given: Mapping[str, Tensor | None],
    free: Mapping[str, Collection[int]],
    *,
    variadic: bool = False,
) -> ExportedProgram:
    """``torch.export`` of a module with dynamic axes; raises ExportError with torch's message."""
    shapes: Any = tuple(
        None if x is None else dict.fromkeys(free.get(name, ()), Dim.DYNAMIC) for name, x in given.items()
    )
    shapes = (shapes,) if variadic else shapes
    try:
        with quiet(), torch.no_grad():
            program = torch.export.export(module, tuple(given.values()), dynamic_shapes=shapes, strict=False)
    except InputError:
        raise
    except Exception as error:  # tracing a layer may raise anything
        raise ExportError(f"torch.export refuses it: {reason(error)}") from error
    _relax(program)
    return program


def _relax(program: Any) -> None:
    """Remove lower bounds on sizes that torch recorded in the trace, such as "more than one block".

    The later comparison shows whether the program is correct there. Raises ExportError for sizes that are
    bounded on both sides, because the program is then specialised; an upper bound alone is a limit of the
    model.
    """
    for symbol, bounds in program.range_constraints.items():
        if bounds.lower > 2 and bounds.upper < LARGEST:
            raise ExportError(
                f"torch.export takes it for sizes from {bounds.lower} to {bounds.upper} alone, "
                "for its code decides by the size"
            )
        program.range_constraints[symbol] = ValueRanges(1, bounds.upper)
    program._guards_code = []


def types(resolution: Resolution) -> dict[str, TensorType]:
    """The types of a graph's inputs as shown to users."""
    root = resolution.root
    return {name: root.shown(type_) for name, type_ in root.inputs.items() if type_ is not None}


def open_at(type_: TensorType) -> dict[int, str]:
    """The positions of axes without a known size, with their names."""
    return {at: str(size) for at, size in enumerate(type_.shape) if not isinstance(size, int)}


def dtype_of(model: nn.Module) -> torch.dtype:
    """The dtype of a model's floats."""
    return next((each.dtype for each in model.parameters() if each.is_floating_point()), torch.float32)


_TOLD = ("You marked", "Could not", "No ONNX")


def reason(error: BaseException) -> str:
    """The essential sentence of a torch error."""
    lines = [line.strip(" -") for line in str(error).splitlines() if line.strip(" -")]
    told = [line[line.index(start) :] for start in _TOLD for line in lines if start in line]
    return (told or lines or [type(error).__name__])[0].partition(" (unhinted")[0].rstrip(".")


@contextmanager
def quiet() -> Generator[None]:
    """Context manager: suppress torch's warnings and log records about its own tracing."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _name_outputs(model: CompiledGraph, names: list[str]) -> None:
    """Make a model return its outputs as a dict, since a custom class would be unknown elsewhere."""
    plain = model.forward

    @wraps(plain)
    def forward(*values: Any) -> dict[str, Tensor]:
        found: Any = plain(*values)
        return dict(zip(names, (found,) if isinstance(found, Tensor) else found, strict=True))

    model.forward = forward


def _check_without(resolution: Resolution, without: Collection[str]) -> None:
    ports = resolution.graph.inputs
    for name in without:
        if name not in ports:
            raise ExportError(f"there is no input '{name}' to leave out{did_you_mean(name, ports)}")
        if not ports[name].optional:
            raise ExportError(f"only optional inputs can be left out, and '{name}' is needed")
