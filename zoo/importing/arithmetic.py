"""Rules for sums, differences, products and quotients: of two outputs, or of one and a constant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from zoo.graph import Call, Frozen
from zoo.importing import attention, positions
from zoo.importing.at import At, number
from zoo.importing.scope import wires
from zoo.importing.seen import Lost, Scores, Seen, Unknown


def add(at: At, input: Any, other: Any, *, alpha: float = 1) -> Any:
    """A sum: of two outputs, or of one and the vectors of its positions."""
    a, b = at.value(input), at.value(other)
    if alpha != 1:
        raise Unknown("alpha scales a summand")
    if isinstance(a, Scores) or isinstance(b, Scores):
        return attention.added(at, a, b, input, other)
    if isinstance(a, Seen) and isinstance(b, Seen):
        return _together(at, "basic/add", a, b)
    seen, constant = (a, other) if isinstance(a, Seen) else (b, input)
    if isinstance(seen, Seen) and isinstance(constant, Tensor):
        return _biased(at, seen, constant) if constant.dim() < 2 else positions.added(at, seen, constant)
    raise Unknown("a number is added")


def _biased(at: At, seen: Seen, bias: Tensor) -> Seen:
    """A product with a matrix and the vector that is added to it: one linear map."""
    placed = at.scope.nodes.get(seen.ref.node)
    call = placed.node if placed else None
    others = (each for each in at.scope.values.values() if getattr(each, "ref", None) == seen.ref)
    read = any(seen.ref in wires(each.node) for each in at.scope.nodes.values())
    alone = not read and all(each.tensor is seen.tensor for each in others)
    fits = seen.last and isinstance(bias, nn.Parameter) and bias.shape == seen.tensor.shape[-1:]
    if not (placed and isinstance(call, Call) and call.use == "basic/linear" and fits and alone) or (
        call.settings.get("bias", True) or seen.ref.node in at.scope.owners.values()
    ):
        raise Unknown(
            "one vector is added at every step; a layer does that to its own product with a matrix only"
            if isinstance(bias, nn.Parameter)
            else "a constant is added, which no layer does"
        )
    settings = {name: value for name, value in call.settings.items() if name != "bias"}
    placed.weights["bias"] = bias
    still = at.scope.holds_still(placed.weights)
    placed.node = replace(call, settings=Frozen(settings), freeze=still)
    at.scope.set(seen.tensor, Lost("a product before its bias", seen.tensor))
    return seen.of(seen.ref, at.result)


def sub(at: At, input: Any, other: Any, *, alpha: float = 1) -> Seen:
    """A difference of two outputs."""
    a, b = at.seen(input), at.seen(other)
    if alpha != 1 or not a.alike(b):
        raise Unknown("a difference of other shapes is broadcast, and a graph never broadcasts")
    return a.of(at.place("basic/subtract", {"a": a.ref, "b": b.ref}), at.result)


def mul(at: At, input: Any, other: Any) -> Any:
    """A product of two outputs, or with a number."""
    a, b = at.value(input), at.value(other)
    if isinstance(a, Seen) and isinstance(b, Seen):
        return _together(at, "basic/multiply", a, b)
    factor = number(other if b is None else input)
    if factor is None or (a is None) == (b is None):
        learned = any(isinstance(each, nn.Parameter) for each in (input, other))
        raise Unknown(
            "it is multiplied by a weight, number by number, which no layer does alone"
            if learned
            else "it is multiplied by a constant tensor, which no layer does"
        )
    return _scaled(at, input if b is None else other, factor)


def div(at: At, input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """A quotient by a number."""
    divisor = number(other)
    if at.value(other) is not None or not divisor or rounding_mode is not None:
        raise Unknown("only division by a number has a twin")
    return _scaled(at, input, 1 / divisor)


def neg(at: At, input: Tensor) -> Any:
    """The negative."""
    return _scaled(at, input, -1.0)


def _scaled(at: At, tensor: Any, factor: float) -> Any:
    if scores := at.scores(tensor):
        return attention.scaled(at, scores, factor)
    if not at.seen(tensor).tensor.is_floating_point():
        raise Unknown("integers are computed with")
    return at.pointwise("basic/scale", tensor, {"factor": factor})


def _together(at: At, use: str, a: Seen, b: Seen) -> Seen:
    if not a.alike(b) and a.tensor.shape == b.tensor.shape:
        raise Unknown("they are seen in different ways: with turned axes, heads or as masks")
    if not a.alike(b):
        raise Unknown(
            f"shapes {list(a.tensor.shape)} and {list(b.tensor.shape)} are broadcast; a graph never does"
        )
    if not a.tensor.is_floating_point():
        raise Unknown("integers or masks are computed with")
    return a.of(at.place(use, {"": (a.ref, b.ref)}), at.result)


RULES: Mapping[str, Callable[..., Any]] = {"add": add, "sub": sub, "mul": mul, "div": div, "neg": neg}
