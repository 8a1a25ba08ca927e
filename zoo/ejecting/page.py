"""A graph as one Python file: the layers it uses, its classes, ``build()`` and ``main()``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from zoo.arguments import refused
from zoo.checker import Resolution, resolve
from zoo.compiler.driver import write
from zoo.compiler.lowerings import STEP, UNROLL
from zoo.compiler.lowerings import lowering as lowering_of
from zoo.compiler.program import ModuleClass
from zoo.compiler.survey import Survey
from zoo.compiler.text import WIDTH, docstring
from zoo.ejecting.flat import flattened
from zoo.ejecting.gathering import Gathering
from zoo.ejecting.modules import Definition, Sources, Target
from zoo.ejecting.origin import appended
from zoo.errors import ArgumentError, EjectError, GraphError
from zoo.graph import Graph
from zoo.packs import Registry
from zoo.samples import random_inputs, sizes_of, vocabulary
from zoo.values import Frozen

STYLES = ("blocks", "flat")
"""The styles of classes."""

_OF_MODELS = {
    UNROLL: 'write lowering="loop", and call torch.compile(model) there',
    STEP: 'write lowering="auto", or stream the model that graph.compile() gives',
}
"""The lowerings that cannot be written to a file, each with the remedy."""

_ENTRY = '''
def build(**params: Any) -> {root}:
    """The model, with new weights; ``params`` are those of its ``__init__``."""
    return {root}(**params)


def load(model: nn.Module, path: str) -> None:
    """Give a model the weights of a safetensors file, in which a shared weight stands once."""
    from safetensors.torch import load_file

    found, state = load_file(path), model.state_dict()
    names = {{state[name].data_ptr(): name for name in state if name in found}}
    keys = {{name: name if name in found else names.get(state[name].data_ptr(), name) for name in state}}
    others = [name for name, key in keys.items() if key not in found or found[key].shape != state[name].shape]
    if others:
        raise ValueError(f"{{path}} is of another model, '{{others[0]}}' differs: eject the run it is of")
    model.load_state_dict({{name: found[key] for name, key in keys.items()}})


def example() -> tuple[Tensor, ...]:
    """Inputs that are made up, in the order in which the model takes them."""
    return (
{inputs}
    )


def main() -> None:
    """Run the model once; with a safetensors file as the argument, on the weights in it."""
    model = build().eval()
    if len(sys.argv) > 1:
        load(model, sys.argv[1])
    with torch.no_grad():
        outputs = model(*example())
    print(f"{{sum(each.numel() for each in model.parameters()):,}} parameters")
    for output in (outputs,) if isinstance(outputs, Tensor) else outputs:
        print(tuple(output.shape), output.dtype)


if __name__ == "__main__":
    main()
'''


def eject(
    graph: Graph,
    *,
    style: str = "blocks",
    lowering: str = "auto",
    params: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
) -> str:
    """A graph as the text of one Python file that needs only PyTorch.

    It contains the source of the layers that the graph uses, without what only the zoo needs, followed by the
    classes that ``compile`` would execute: in the style ``blocks`` one per block and scan, in the style
    ``flat`` a single one with everything inlined. Weights have the same names. Raises GraphError with all
    errors of the graph, EjectError for a layer whose source is not available, and ArgumentError for an
    unknown style and for the lowerings ``unroll`` and ``step``, which cannot be written to a file.
    """
    if style not in STYLES:
        raise refused("style", " or ".join(STYLES), style, 'write style="flat"')
    if lowering in _OF_MODELS:
        raise ArgumentError(
            f"'{lowering}' is no way to write scans, but something that a model of the zoo does; "
            f"{_OF_MODELS[lowering]}"
        )
    resolution = resolve(graph, registry, params=params or {})
    if not resolution.ok:
        raise GraphError([each for each in resolution.problems if each.severity == "error"])
    program, root = write(resolution, Survey().scope(resolution.root), lowering_of(lowering))
    if hidden := program.hidden():
        name, cls = next(iter(hidden.items()))
        raise EjectError(
            f"the layer {name} is defined in {cls.__module__} as {cls.__qualname__}, where no import "
            "finds it; define it in a module of its own"
        )
    packages = frozenset({"zoo", *(cls.__module__.partition(".")[0] for cls in program.layers)})
    sources = Sources(packages)
    given: dict[Target, str] = {
        Definition(cls.__module__, cls.__qualname__): name for cls, name in program.layers.items()
    }
    for (module, function), name in program.helpers.items():
        given[sources.find(module, function)] = name
    written = [flattened(program, root)] if style == "flat" else program.classes
    classes = ["\n".join(line.text for line in each.lines()) for each in written]
    gathered = Gathering(sources, given, "\n".join(classes)).gather()
    _check(gathered.imports)
    layers = [
        text for module, texts in gathered.texts.items() for text in (_heading(sources[module].title), *texts)
    ]
    head = docstring(graph.about or f"The graph '{graph.name}'.", 0)
    code = "\n\n\n".join(
        [
            "\n".join([*head, "", "from __future__ import annotations", "", *gathered.imports]),
            *layers,
            _heading(f"The graph '{graph.name}'"),
            *classes,
            _entry(resolution, root),
        ]
    )
    return code + appended(code, replace(graph, params=Frozen({**graph.params, **(params or {})})))


def _heading(title: str) -> str:
    return f"# {'-' * (WIDTH - 2)}\n# {title}"


def _check(imports: list[str]) -> None:
    """Raise EjectError if an import is left that only the zoo needs."""
    for line in filter(None, imports):
        module = line.split()[1].partition(".")[0]
        if module in ("pydantic", "jaxtyping", "pluggy"):
            raise EjectError(
                f"the source of a layer needs `{line}` when it runs, and a plain file has it not"
            )


def _entry(resolution: Resolution, root: ModuleClass) -> str:
    """``build``, ``load``, ``example`` and ``main``."""
    sizes = {**sizes_of(resolution, {}), "batch": 2}
    drawn = random_inputs(resolution, sizes, torch.float32, torch.device("cpu"), 0)
    most = vocabulary(resolution)
    inputs = [
        f"        {_example(drawn[name], most)},  # {name}" for name in root.callee.inputs if name in drawn
    ]
    return _ENTRY.format(root=root.name, inputs="\n".join(inputs)).strip("\n") + "\n"


def _example(drawn: Tensor, most: int) -> str:
    """Code for a tensor like this example: numbers, tokens, a mask, or indices of previous words."""
    shape = repr(tuple(drawn.shape))
    if drawn.dtype is torch.float32:
        return f"torch.randn({shape})"
    if drawn.dtype is torch.bool:
        return f"torch.ones({shape}, dtype=torch.bool)"
    if drawn.min() < 0:
        return f"torch.arange(-1, {drawn.shape[-1] - 1}).expand({shape})"
    return f"torch.randint({most}, {shape})"
