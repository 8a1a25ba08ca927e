"""``import_module``: a plain module becomes a graph with its weights, and the two are compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram

from zoo.arguments import refused
from zoo.checker import check
from zoo.errors import GraphError, ImportingError
from zoo.graph import EMPTY, Block, Frozen, Graph, Ref
from zoo.importing.declaring import Declared, declared, drawn, run, sizes, turned
from zoo.importing.drawing import Drawing, Stranger
from zoo.importing.folding import finished
from zoo.importing.looping import looped
from zoo.importing.naming import snake
from zoo.importing.noting import thawed, unused
from zoo.importing.programs import opened_program
from zoo.importing.recording import recorded
from zoo.importing.results import outputs_of
from zoo.importing.scope import rewired
from zoo.importing.seen import Unknown
from zoo.importing.verifying import Still, check_finite, difference


@dataclass(frozen=True, slots=True)
class Imported:
    """A graph, its weights for ``load_state_dict``, and further results of the import.

    ``unknown`` are placeholders: the graph keeps their wires, settings and weights, and can be compiled once
    layers with these names exist. ``notes`` say where the graph's inputs and outputs differ from the
    module's. ``opposite`` maps the graph's names of masks with inverted meaning to those of the module.
    ``difference`` is the largest difference between the outputs of the two models; None if there are
    placeholders.
    """

    graph: Graph
    state_dict: dict[str, Tensor]
    unknown: tuple[Stranger, ...] = ()
    notes: tuple[str, ...] = ()
    difference: float | None = None
    opposite: Frozen[str, str] = EMPTY


def import_module(
    module: nn.Module,
    *,
    name: str | None = None,
    inputs: Mapping[str, str] | None = None,
    examples: Sequence[Tensor] | None = None,
) -> Imported:
    """Convert a module that consists of known parts to a graph with its weights.

    ``inputs`` are the types of the parameters of ``forward``, as in a graph file:
    ``{"tokens": "int batch time"}``, or ``time batch …`` for a module with the batch second. Alternatively,
    ``examples`` are tensors whose axes are taken as batch, time, features. Without either, types are tried
    until the module runs.

    The module is run twice, with axis sizes that no weight has; then it is compared with the graph's model.
    Raises ImportingError if Python control flow depends on values or lengths, or if the graph computes
    something else, and ArgumentError if it is not a module.
    """
    _check_arguments(module, examples)
    copy = deepcopy(module).cpu()
    types = declared(copy, inputs, examples)
    rounds = [sizes(copy, types, round) for round in (0, 1)]
    done = _imported(copy, types, rounds, name or snake(type(module).__name__))
    if inputs or examples is not None:
        return done
    found = ", ".join(f"'{name}: {each.port}'" for name, each in types.items())
    return replace(done, notes=(f"inputs found by trying: {found}", *done.notes))


def _check_arguments(module: object, examples: object) -> None:
    if not isinstance(module, nn.Module):
        remedy = "write for example import_module(model)"
        if isinstance(module, type):
            remedy = f"make one of it: import_module({module.__name__}(...))"
        raise refused("module", "an nn.Module", cast("object", module), remedy)
    listed = cast("Sequence[object]", examples) if isinstance(examples, list | tuple) else [examples]
    for each in () if examples is None else listed:
        if not isinstance(each, Tensor):
            raise refused(
                "examples", "a list of tensors, in the order of forward", each, "write examples=[x]"
            )


def import_program(
    program: ExportedProgram, *, name: str = "program", inputs: Mapping[str, str] | None = None
) -> Imported:
    """Convert a program of ``torch.export`` to a graph with its weights, like ``import_module``.

    The types of the inputs are derived from the sizes, static or dynamic, that it was exported with, unless
    ``inputs`` gives them. Dropout is included only if it was exported in training mode. Raises ImportingError
    also for a program with keyword arguments.
    """
    whole, types, rounds = opened_program(program, inputs)
    return _imported(whole, types, rounds, name)


def _imported(
    module: nn.Module, types: Mapping[str, Declared], rounds: Sequence[Mapping[str, int]], name: str
) -> Imported:
    """The graph of a module, from consecutive runs with these sizes."""
    frozen = {place for each in module.parameters() if not each.requires_grad and (place := each.data_ptr())}
    for parameter in module.parameters():
        parameter.requires_grad_(parameter.is_floating_point())  # distinguishes parameters from constants
    lines: list[Counter[str]] = []
    drafts = [_draft(module, types, axes, name, frozen, lines) for axes in rounds]
    if any(each.graph != drafts[0].graph for each in drafts):
        place = next((f"{line}: " for line in lines[0] | lines[-1] if lines[0][line] != lines[-1][line]), "")
        raise ImportingError(
            f"{place}what the module does depends on lengths: it does other things for other sizes of "
            f"{', '.join(rounds[0])} (a loop over time is a scan, and is drawn by hand)"
        )
    return _verified(module, types, rounds, drafts[0])


def _draft(
    module: nn.Module,
    types: Mapping[str, Declared],
    axes: Mapping[str, int],
    name: str,
    frozen: set[int],
    lines: list[Counter[str]],
) -> Imported:
    """The graph as one run draws it; ``lines`` get how often each line of the user's was drawn."""
    tensors = turned(drawn(module, types, axes), types)
    before = {key: tensor.clone() for key, tensor in module.state_dict().items()}
    module.train()
    try:
        drawing, result = recorded(
            module, {key: (tensor, types[key].order) for key, tensor in tensors.items()}, axes, frozen
        )
    finally:
        module.load_state_dict(before)  # in training, running averages have changed
    lines.append(Counter(drawing.lines))
    try:
        return _graph(drawing, result, types, name)
    except Unknown as error:
        raise ImportingError(f"the module has no graph: {error}") from None


def _graph(drawing: Drawing, result: Any, types: Mapping[str, Declared], name: str) -> Imported:
    notes = [f"input '{key}' has its batch in front" for key, each in types.items() if each.order[:1] == (1,)]
    outputs, turned_ones = outputs_of(result, drawing)
    notes += turned_ones
    looped(drawing, drawing.scope, outputs)
    block, weights = finished(drawing.scope, outputs, drawing.axes)
    opposite = {_real(key, {*types, *block.nodes}): key for key, no in drawing.polarity.items() if no}
    notes += [f"input '{mine}' is the opposite of the module's '{key}'" for mine, key in opposite.items()]
    notes += [*dict.fromkeys(drawing.notes), *thawed(drawing, block, weights), *unused(drawing)]
    block = _renamed(block, {key: Ref(mine) for mine, key in opposite.items()})
    named = {key: mine for mine, key in opposite.items()}
    inputs = {named.get(key, key): each.port for key, each in types.items()}
    graph = Graph(
        name=name,
        about="Imported from PyTorch.",
        inputs=Frozen(inputs),
        outputs=block.outputs,
        blocks=Frozen(drawing.blocks.found),
        nodes=block.nodes,
    )
    state = {key: tensor.detach().clone() for key, tensor in weights.items()}
    return Imported(
        graph, state, tuple(dict.fromkeys(drawing.strangers)), tuple(notes), opposite=Frozen(opposite)
    )


def _real(name: str, taken: set[str]) -> str:
    """The name of a mask that was true at padding, when inverted to be true at real steps."""
    bare = re.sub(r"(key_)?pad(ding|ded)?_?", "", name).strip("_") or "mask"
    return name if bare in taken else bare


def _renamed(block: Block, names: Mapping[str, Ref]) -> Block:
    nodes = Frozen({name: rewired(node, names) for name, node in block.nodes.items()})
    return replace(block, nodes=nodes)


def _verified(
    module: nn.Module,
    types: Mapping[str, Declared],
    rounds: Sequence[Mapping[str, int]],
    draft: Imported,
) -> Imported:
    """Check that the draft's graph has no errors and computes the same as the module; returns it."""
    errors = [problem for problem in check(draft.graph) if problem.severity == "error"]
    if draft.unknown:  # placeholders are missing layers
        errors = [problem for problem in errors if problem.code != "layer-missing"]
    if errors:
        raise ImportingError(f"the module has no graph that checks: {GraphError(errors)}")
    if draft.unknown:
        return draft
    dtype = next((each.dtype for each in module.parameters() if each.is_floating_point()), torch.float32)
    model = draft.graph.compile(device="cpu", dtype=dtype)
    try:
        model.load_state_dict(draft.state_dict)
    except RuntimeError as error:
        raise ImportingError(f"the weights do not fit the graph: {error}") from None
    mine = {key: name for name, key in draft.opposite.items()}
    worst = 0.0
    for seed, axes in enumerate(rounds, 1):
        tensors = drawn(module, types, axes, seed)
        with Still():
            there = run(module.eval(), turned(tensors, types))
        given = {mine.get(key, key): ~each if key in mine else each for key, each in tensors.items()}
        check_finite(there, draft.state_dict)
        here = model.eval()(given)
        worst = max(worst, difference(there, here, dtype))
    return replace(draft, difference=worst)
