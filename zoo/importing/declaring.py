"""The inputs of a module: declared, from examples, or found by trial."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.export.unflatten import UnflattenedModule

from zoo.errors import ImportingError
from zoo.files.text import WordError
from zoo.files.words import parse_port
from zoo.importing.foreign import foreign
from zoo.importing.naming import kind, quoted
from zoo.sizes import Name
from zoo.spec import Port

_MOST = 60  # the maximum number of declarations to try
_SEQUENCES = (nn.RNNBase, nn.MultiheadAttention, nn.TransformerEncoderLayer, nn.TransformerDecoderLayer)


@dataclass(frozen=True, slots=True)
class Declared:
    """An input: its type in the graph, and the order in which the module has its axes."""

    port: Port
    order: tuple[int, ...]


def declared(
    module: nn.Module, types: Mapping[str, str] | None, examples: Sequence[Tensor] | None
) -> Mapping[str, Declared]:
    """The inputs of a module, by name.

    Raises ImportingError with a remedy for types that do not parse, and if no types can be found.
    """
    parameters = _parameters(module)
    needed = [name for name, must in parameters.items() if must]
    if types:
        unknown = [name for name in types if name not in parameters]
        if unknown:
            raise ImportingError(f"forward takes {', '.join(parameters)}, and no '{unknown[0]}'")
        return _tested(module, needed, {name: parsed(name, text) for name, text in types.items()})
    if examples is not None:
        if len(examples) > len(parameters):
            raise ImportingError(
                f"there are {len(examples)} examples, and forward takes {quoted([*parameters]) or 'nothing'}"
            )
        named = dict(zip(parameters, examples, strict=False))
        return _tested(module, needed, {name: like(name, each) for name, each in named.items()})
    return _tried(module, needed)


def sizes(module: nn.Module, inputs: Mapping[str, Declared], round: int) -> dict[str, int]:
    """A size for each named axis that no weight has: small primes, different in each round."""
    taken = {size for tensor in module.state_dict().values() for size in tensor.shape} | {0, 1}
    primes = (number for number in range(3, 1000) if all(number % each for each in range(2, number)))
    free = (prime for prime in primes if prime not in taken)
    names = dict.fromkeys(
        axis.text for each in inputs.values() for axis in each.port.shape if isinstance(axis, Name)
    )
    for _ in range(round * len(names)):
        next(free)
    return {name: next(free) for name in names}


def drawn(
    module: nn.Module, inputs: Mapping[str, Declared], axes: Mapping[str, int], seed: int = 0
) -> dict[str, Tensor]:
    """Tensors of these types, batch first: tokens that fit every table, masks of several lengths."""
    generator = torch.Generator().manual_seed(seed)
    dtype = next((each.dtype for each in module.parameters() if each.is_floating_point()), torch.float32)
    tables = [len(cast(Tensor, each.weight)) for each in module.modules() if _is_table(each)]
    found: dict[str, Tensor] = {}
    for name, each in inputs.items():
        shape = [axes[axis.text] if isinstance(axis, Name) else int(str(axis)) for axis in each.port.shape]
        if each.port.dtype == "float":
            found[name] = torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
        elif each.port.dtype == "int":
            found[name] = torch.randint(min(tables, default=2), shape, generator=generator)
        else:
            # Two steps of both kinds, where there is room: attention over a single one has no heads.
            least = min(2, shape[-1] // 2)
            most = max(shape[-1] - least, least) + 1
            lengths = torch.randint(least, most, (*shape[:-1], 1), generator=generator)
            found[name] = torch.arange(shape[-1]) < lengths
    return found


def run(module: nn.Module, tensors: Mapping[str, Tensor]) -> Any:
    """Call a module; a program of ``torch.export`` has lost the names of what it takes."""
    return module(*tensors.values()) if isinstance(module, UnflattenedModule) else module(**tensors)


def turned(tensors: Mapping[str, Tensor], inputs: Mapping[str, Declared]) -> dict[str, Tensor]:
    """The tensors with their axes in the module's order."""
    return {name: tensor.permute(inputs[name].order) for name, tensor in tensors.items()}


def _is_table(module: nn.Module) -> bool:
    """Whether a module is an embedding, or was one before ``torch.export``."""
    return kind(module) == "torch.nn.modules.sparse.Embedding" and hasattr(module, "weight")


def _parameters(module: nn.Module) -> dict[str, bool]:
    """The parameters of forward, and whether each is required."""
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    found = inspect.signature(module.forward).parameters.values()
    return {each.name: each.default is inspect.Parameter.empty for each in found if each.kind in kinds}


def parsed(name: str, text: str) -> Declared:
    """An input from its type in the notation of graph files; raises ImportingError if that is invalid."""
    try:
        port = parse_port(text)
    except WordError as error:
        raise ImportingError(f"input '{name}': {error}") from None
    if any(not isinstance(axis, int | Name) for axis in port.shape) or port.optional:
        raise ImportingError(f"input '{name}': a type here is float|int|bool, then names and numbers of axes")
    return _batch_first(port)


def _batch_first(port: Port) -> Declared:
    """Move the batch to the front if it is second."""
    order = tuple(range(len(port.shape)))
    if len(port.shape) > 1 and port.shape[1] == Name("batch"):
        first, second, *rest = port.shape
        return Declared(Port(port.dtype, (second, first, *rest)), (1, 0, *order[2:]))
    return Declared(port, order)


def like(name: str, tensor: Tensor) -> Declared:
    """The type of an example: batch, then time, then features."""
    kind: Any = "float" if tensor.is_floating_point() else "bool" if tensor.dtype is torch.bool else "int"
    axes: list[int | Name] = [Name("batch"), Name(_time(name)), *tensor.shape[2:]][: tensor.dim()]
    if kind == "float" and len(axes) == 2:
        axes[1] = tensor.shape[1]
    return Declared(Port(kind, tuple(axes)), tuple(range(len(axes))))


def _time(name: str) -> str:
    """The sequence axis for an input of this name."""
    words = {"src": "source", "source": "source", "memory": "source", "tgt": "target", "target": "target"}
    return next((axis for word, axis in words.items() if word in name.lower()), "time")


def _tried(module: nn.Module, names: Sequence[str]) -> dict[str, Declared]:
    """The first types with which the module runs."""
    if not _parameters(module):
        raise ImportingError(
            "forward takes nothing that has a name, and inputs of a graph have names: def forward(self, x)"
        )
    if not names:
        raise ImportingError(
            'forward takes nothing that must be given; name inputs: --input "x: float batch time 8"'
        )
    error: Exception | None = None
    trial = deepcopy(module)
    for count, ports in enumerate(product(*(list(_candidates(module, name)) for name in names))):
        if count == _MOST:
            break
        inputs = {name: _batch_first(port) for name, port in zip(names, ports, strict=True)}
        axes = sizes(module, inputs, 0)
        try:
            with torch.no_grad(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the warnings of a trial are irrelevant
                trial(**turned(drawn(module, inputs, axes), inputs))
        except Exception as raised:  # noqa: BLE001 - user code may raise anything; the next type is tried
            error = raised
            continue
        return inputs
    one = len(names) == 1
    raise ImportingError(
        f"nobody can tell what {quoted(names)} of {type(module).__name__}.forward {'is' if one else 'are'} "
        f"(the last trial: {error}); declare {'it' if one else 'them'}, for example: "
        f"{_example(module, names)}; what is no tensor, such as a dict of them, is for a module around it"
        f"{_packing(names)}"
    )


def _candidates(module: nn.Module, name: str) -> Iterator[Port]:
    """Candidate types for an input of this name, the most likely first."""
    time, batch = Name(_time(name)), Name("batch")
    modules = list(module.modules())
    if "mask" in name or "padding" in name:
        yield Port("bool", (batch, time))
        return
    if any(isinstance(each, nn.Embedding) for each in modules):
        yield Port("int", (_order(modules, batch, time)))
    sequence = any(isinstance(each, (*_SEQUENCES, nn.Embedding)) for each in modules)
    for width in dict.fromkeys(_widths(modules)):
        whole = Port("float", (*_order(modules, batch, time), width))
        conv = Port("float", (batch, width, time))
        flat = Port("float", (batch, width))
        yield from (whole, conv) if sequence else (flat, whole, conv)
    yield Port("int", (batch, time))


def _tested(
    module: nn.Module, needed: Sequence[str], inputs: Mapping[str, Declared]
) -> Mapping[str, Declared]:
    """The declared inputs, if they are sufficient and the module runs with them."""
    missing = [name for name in needed if name not in inputs]
    if missing:
        raise ImportingError(
            f"forward also needs {quoted(missing)}; declare that, too: {_example(module, missing)}"
        )
    trial = deepcopy(module)
    types = ", ".join(f'"{name}: {each.port}"' for name, each in inputs.items())
    remedy = f"forward fails with {types}; declare what it takes, width by width{_packing(inputs)}"
    with torch.no_grad(), foreign(remedy):
        run(trial, turned(drawn(module, inputs, sizes(module, inputs, 0)), inputs))
    return inputs


def _packing(names: Iterable[str]) -> str:
    """A hint at masks as the replacement of lengths."""
    if not any("length" in name for name in names):
        return ""
    return "; a graph has a mask where PyTorch packs sequences by their lengths: import it without packing"


def _example(module: nn.Module, names: Sequence[str]) -> str:
    """An example of a declaration of these inputs."""
    whole = Port("float", (Name("batch"), Name("time"), 8))
    return " ".join(f'--input "{name}: {next(_candidates(module, name), whole)}"' for name in names)


def _order(modules: Sequence[nn.Module], batch: Name, time: Name) -> tuple[Name, Name]:
    firsts = [bool(getattr(each, "batch_first")) for each in modules if hasattr(each, "batch_first")]  # noqa: B009 - torch's modules are not one class
    return (batch, time) if all(firsts) else (time, batch)


def _widths(modules: Sequence[nn.Module]) -> Iterator[int]:
    names = ("in_features", "input_size", "embed_dim", "in_channels", "num_features")
    for each in modules:
        for name in names:
            if isinstance(width := getattr(each, name, None), int):
                yield width
        if isinstance(each, nn.LayerNorm | nn.RMSNorm):
            yield each.normalized_shape[-1]
