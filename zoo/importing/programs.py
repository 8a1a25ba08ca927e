"""Programs of ``torch.export``: converted back to modules, and run like any others."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from itertools import permutations, product
from math import isfinite
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram, unflatten

from zoo.errors import ImportingError
from zoo.importing.at import At
from zoo.importing.attention import multi_head
from zoo.importing.declaring import Declared, like, parsed
from zoo.importing.naming import plain_name
from zoo.importing.scope import tensors
from zoo.importing.seen import Seen, Unknown
from zoo.sizes import Name
from zoo.spec import Port

ATTENTION = "torch.nn.modules.activation.MultiheadAttention"
_LARGEST = 10_000
_CLOSE = 1e-3
"""The tolerance between two ways of computing the same attention."""


def opened_program(
    program: ExportedProgram, types: Mapping[str, str] | None
) -> tuple[nn.Module, dict[str, Declared], list[dict[str, int]]]:
    """The modules of a program, its inputs, and the axis sizes to run it with, in one or two rounds."""
    if program.example_inputs is not None and program.example_inputs[1]:
        raise ImportingError("the program takes arguments by keyword; export it with all of them by place")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of itself
        whole = unflatten(program)
    names = [str(name) for name in program.graph_signature.user_inputs]
    shapes = {node.name: node.meta["val"] for node in program.graph.nodes if node.name in names}
    inputs: dict[str, Declared] = {}
    sizes: dict[str, Any] = {}
    for name in names:
        value = shapes[name]
        if not isinstance(value, Tensor):
            raise ImportingError(f"the program takes '{name}', which is no tensor; a graph takes tensors")
        each = parsed(name, types[name]) if types and name in types else like(name, value)
        if len(each.port.shape) != value.dim():
            raise ImportingError(f"the program's input '{name}' has {value.dim()} axes, not '{each.port}'")
        inputs[name] = _sized(name, each, value, sizes)
    taken = {size for tensor in program.state_dict.values() for size in tensor.shape}
    dynamic = {axis: size for axis, size in sizes.items() if not isinstance(size, int)}
    rounds = [_round(program, sizes, taken, round) for round in range(2 if dynamic else 1)]
    return whole, inputs, rounds


def _sized(name: str, each: Declared, value: Tensor, sizes: dict[str, Any]) -> Declared:
    """The input with axes renamed that have the same name but another size in a different input."""
    axes: list[Any] = []
    for place, axis in enumerate(each.port.shape):
        size: Any = value.shape[each.order[place]]
        size = int(str(size)) if str(size).isdecimal() else size  # a symbol may have turned out to be fixed
        if isinstance(axis, Name):
            if str(sizes.setdefault(axis.text, size)) != str(size):
                axis = Name(f"{name}_{axis.text}")  # noqa: PLW2901  # the other name for it
                sizes[axis.text] = size
        elif not isinstance(size, int):
            raise ImportingError(f"the program's input '{name}' has a width that is dynamic; export it fixed")
        axes.append(axis)
    return Declared(Port(each.port.dtype, tuple(axes)), each.order)


def _round(program: ExportedProgram, sizes: Mapping[str, Any], taken: set[int], round: int) -> dict[str, int]:
    """A size for each axis: as exported or, if it is dynamic, one that no weight has."""
    chosen: dict[str, int] = {}
    given: dict[str, int] = {}
    used = {*taken, *(size for size in sizes.values() if isinstance(size, int))}
    for axis, size in sizes.items():
        if isinstance(size, int):
            chosen[axis] = size
            continue
        if str(size) not in given:
            least, most = _range(program, size)
            free = [
                number for number in range(max(least, 5), min(most, least + _LARGEST)) if number not in used
            ]
            if len(free) <= round:
                raise ImportingError(
                    f"'{axis}' of the program has too small a range of sizes: {least} to {most}"
                )
            given[str(size)] = free[2 * round % len(free)]
            used.add(given[str(size)])
        chosen[axis] = given[str(size)]
    return chosen


def _range(program: ExportedProgram, size: Any) -> tuple[int, int]:
    whole: Any = program  # torch types its ranges in part
    for symbol, values in whole.range_constraints.items():
        if str(symbol) == str(size):
            most = float(values.upper)
            return int(values.lower), int(most) if isfinite(most) else _LARGEST
    raise ImportingError(f"the program has an axis of size {size}, which depends on others; export it as one")


def amplified(at: At, args: Sequence[Any]) -> list[Any]:
    """Inputs that make attention weights uneven, since those of an untrained attention are nearly uniform."""
    return [100 * each if _is_float(at, each) else each for each in args]


def attention_again(
    at: At, module: nn.Module, args: Sequence[Any], loud: Sequence[Any], result: Tensor
) -> Any:
    """The rule of ``nn.MultiheadAttention`` for one that was decomposed into operators.

    Its settings are not recorded: they are those with which a new module computes the same ``result`` for the
    amplified inputs.
    """
    floats = [each for each in args if _is_float(at, each)]
    masks = [each for each in args if isinstance(each, Tensor) and not _is_float(at, each)]
    if not 0 < len(floats) < 4 or len(masks) > 1:
        raise Unknown("an attention was exported with more inputs than queries, keys, values and one mask")
    state = dict(module.state_dict())
    dim = len(state["out_proj.weight"])
    names = ("key_padding_mask", "attn_mask") if masks else ("",)
    tried: list[tuple[float, nn.MultiheadAttention, dict[str, Any]]] = []
    whole = [heads for heads in range(1, dim + 1) if dim % heads == 0]
    louder = {id(each): more for each, more in zip(args, loud, strict=True)}
    for heads, mask, first, order, future in product(
        whole, names, (True, False), permutations(floats), (True, False)
    ):
        query, key, value = [*order, *order[-1:], *order[-1:]][:3]
        past = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool).triu(1)
        if masks and masks[0].is_floating_point():  # torch wants both of one kind
            past = torch.zeros(past.shape, dtype=masks[0].dtype).masked_fill(past, float("-inf"))
        given: dict[str, Any] = {} if future else {"attn_mask": past}
        given |= {mask: masks[0]} if mask else {}
        again = _made(state, dim, heads, key.shape[-1], value.shape[-1], first)
        try:
            again = again.to(query.dtype).eval()
            three = [louder[id(each)] for each in (query, key, value)]
            found, _ = again(*three, need_weights=False, **given)
        except (RuntimeError, AssertionError):
            continue
        if found.shape == result.shape:
            apart = float((found - result).detach().abs().max())
            tried.append((apart, again, {"query": query, "key": key, "value": value, **given}))
    tried.sort(key=lambda each: each[0])
    close = _CLOSE * max(1.0, float(result.detach().abs().max()))
    # The closest candidate, unless there is a tie.
    if tried and tried[0][0] < close and all(each[0] > 2 * tried[0][0] for each in tried[1:2]):
        _, again, inputs = tried[0]
        _share(again, module)
        again.dropout = _dropout(module)
        return multi_head(at, again, **inputs, need_weights=False)[0]
    raise Unknown("an attention was exported whose settings nobody can find")


def first_tensor(result: Any) -> Tensor:
    """The tensor in the result of a program's module, which may also contain sizes."""
    found = list(tensors(result))
    if len(found) != 1:
        raise Unknown("an attention was exported that gives its weights, too")
    return found[0]


def _dropout(module: nn.Module) -> float:
    """The dropout of an attention, as its operators have it."""
    whole: Any = module
    for node in whole.graph.nodes:
        name = plain_name(node.target) if node.op == "call_function" else ""
        if name == "scaled_dot_product_attention" and len(node.args) > 4:
            return float(node.args[4])
        if name == "dropout" and node.args[2]:
            return float(node.args[1])
    return 0.0


def _is_float(at: At, thing: Any) -> bool:
    seen = at.scope.find(thing)
    return isinstance(seen, Seen) and seen.tensor.is_floating_point() and not seen.additive


def _made(
    state: dict[str, Tensor], dim: int, heads: int, kdim: int, vdim: int, first: bool
) -> nn.MultiheadAttention:
    bias = "in_proj_bias" in state
    made = nn.MultiheadAttention(dim, heads, bias=bias, kdim=kdim, vdim=vdim, batch_first=first)
    if {name: each.shape for name, each in state.items()} == _shapes(made):
        made.load_state_dict(state)
    return made


def _shapes(module: nn.Module) -> dict[str, torch.Size]:
    return {name: each.shape for name, each in module.state_dict().items()}


def _share(again: nn.MultiheadAttention, module: nn.Module) -> None:
    """Give it the same parameter objects as the other, so that sharing is detected."""
    for name, parameter in module.named_parameters():
        holder, _, last = name.rpartition(".")
        setattr(again.get_submodule(holder), last, parameter)
