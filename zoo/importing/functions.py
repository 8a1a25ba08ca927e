"""Rules: which layer computes what a function of PyTorch does.

One rule a function, under the name of the function, with its signature; modules of PyTorch call these
functions, and so do operators of ``torch.export``. A rule gives what the result is, or raises Unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor, nn

from zoo.graph import Call, Frozen
from zoo.importing import attention, axes, convolution, norms, positions, recurrent
from zoo.importing.at import At, number, weight
from zoo.importing.scope import wires
from zoo.importing.seen import Lost, Scores, Seen, Unknown

Rule = Callable[..., Any]


def linear(at: At, input: Tensor, weight_: Tensor, bias: Tensor | None = None) -> Seen:
    """X Wᵀ + b."""
    weights = {"weight": weight(weight_)} | ({} if bias is None else {"bias": weight(bias)})
    settings = {"output": weight_.shape[0]} | ({} if bias is not None else {"bias": False})
    return at.along("basic/linear", input, settings, weights)


def embedding(
    at: At,
    input: Tensor,
    weight_: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,  # noqa: ARG001 - of max_norm
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Seen:
    """Rows of a table. Operators have the table first, and no ``max_norm``."""
    if at.aten:
        input, weight_ = weight_, input
    if max_norm or scale_grad_by_freq or sparse:
        raise Unknown("max_norm, scale_grad_by_freq and sparse have no twin")
    tokens = at.seen(input)
    if tokens.folds or tokens.spread:
        raise Unknown("tokens are seen in an unusual way")
    settings = {"vocab": weight_.shape[0], "dim": weight_.shape[1]}
    ref = at.place("basic/embedding", {"": tokens.ref}, settings, {"weight": weight(weight_)})
    if padding_idx not in (None, -1):
        at.notes.append(
            f"row {padding_idx} of '{ref}' is not trained in the module (padding_idx), and is here"
        )
    return Seen(ref, at.result, order=(*tokens.axes, tokens.tensor.dim()))


def dropout(at: At, input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:  # noqa: ARG001 - what was in place is the result
    """Dropout; where it is switched off for good, nothing."""
    if scores := at.scores(input):
        return attention.dropped(at, scores, p if training else 0.0)
    if not training:
        return at.seen(input).of(at.seen(input).ref, at.result)
    return at.pointwise("basic/dropout", input, {"p": float(p)})


def gelu(at: At, input: Tensor, approximate: str = "none") -> Seen:
    """GELU, exact or by tanh."""
    return at.pointwise("basic/gelu", input, {} if approximate == "none" else {"approximate": approximate})


def _pointwise(use: str) -> Rule:
    def rule(at: At, input: Tensor, inplace: bool = False) -> Seen:  # noqa: ARG001 - what was in place is the result
        return at.pointwise(use, input)

    return rule


def softmax(
    at: At,
    input: Tensor,
    dim: int | None = None,
    _stacklevel: int = 3,
    dtype: Any = None,
    **_: Any,
) -> Any:
    """Softmax over the last axis."""
    if dim is None or dim % input.dim() != input.dim() - 1 or dtype not in (None, input.dtype, False):
        raise Unknown("softmax is known along the last axis, in one precision")
    if scores := at.scores(input):
        return attention.shares(at, scores)
    return at.along("basic/softmax", input)


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
    if not a.alike(b):
        raise Unknown(
            f"shapes {list(a.tensor.shape)} and {list(b.tensor.shape)} are broadcast; a graph never does"
        )
    if not a.tensor.is_floating_point():
        raise Unknown("integers or masks are computed with")
    return a.of(at.place(use, {"": (a.ref, b.ref)}), at.result)


def cat(at: At, tensors: Sequence[Tensor], dim: int = 0) -> Seen:
    """Side by side along the last axis."""
    parts = [at.straight(each) for each in tensors]
    if dim % parts[0].tensor.dim() != parts[0].tensor.dim() - 1:
        raise Unknown("concatenation is known along the last axis")
    return Seen(at.place("basic/concat", {"": tuple(each.ref for each in parts)}), at.result)


def mean(at: At, input: Tensor, dim: Any = None, keepdim: bool = False, **_: Any) -> Seen:
    """The mean over time."""
    seen = at.seen(input)
    dims = list(cast("Sequence[int]", dim)) if isinstance(dim, list | tuple) else [dim]
    plain = seen.tensor.dim() == 3 and not seen.folds and not keepdim and len(dims) == 1
    if not plain or dims[0] is None or seen.axes[dims[0]] != 1 or [x for x in seen.axes if x != 1] != [0, 2]:
        raise Unknown("a mean is known over time, of batch × time × features")
    return Seen(at.place("basic/mean_pool", {"": seen.ref}), at.result)


def _over_time(use: str) -> Rule:
    def rule(at: At, input: Tensor, *dims: Any, dim: Any = None) -> Seen:
        seen = at.seen(input)
        axis = (dims or (dim,))[0]
        if isinstance(axis, list | tuple):
            several = cast("Sequence[Any]", axis)
            axis = several[0] if len(several) == 1 else None
        if seen.folds or not isinstance(axis, int) or len(dims) > 1 or seen.axes[axis] != 1:
            raise Unknown("it is known along time")
        return seen.of(at.place(use, {"": seen.ref}), at.result)

    return rule


def eq(at: At, input: Any, other: Any) -> Seen:
    """The tokens that are padding."""
    return _compared(at, input, other, negated=True)


def ne(at: At, input: Any, other: Any) -> Seen:
    """The tokens that are not."""
    return _compared(at, input, other, negated=False)


def _compared(at: At, input: Any, other: Any, *, negated: bool) -> Seen:
    tokens, padding = at.seen(input), number(other)
    if tokens.tensor.is_floating_point() or tokens.tensor.dtype is torch.bool or padding is None:
        raise Unknown("tokens are compared with a number, and nothing else")
    settings = {} if padding == 0 else {"padding": int(padding)}
    ref = at.place("basic/token_mask", {"": tokens.ref}, settings)
    return Seen(ref, at.result, order=tokens.order, negated=negated)


def invert(at: At, input: Tensor) -> Seen:
    """A mask that means the opposite."""
    seen = at.seen(input)
    if seen.tensor.dtype is not torch.bool:
        raise Unknown("the bits of integers are turned")
    return Seen(seen.ref, at.result, seen.folds, seen.order, not seen.negated, seen.spread)


def same(at: At, input: Tensor, *_: Any, **__: Any) -> Any:
    """What changes neither numbers nor shape."""
    if at.result.dtype is not input.dtype or at.result.shape != input.shape:
        raise Unknown("a tensor becomes one of another kind of numbers")
    value = at.value(input)
    return value.of(value.ref, at.result) if isinstance(value, Seen) else value


FUNCTIONS: Mapping[str, Rule] = {
    "linear": linear,
    "embedding": embedding,
    "dropout": dropout,
    "gelu": gelu,
    "relu": _pointwise("basic/relu"),
    "tanh": _pointwise("basic/tanh"),
    "sigmoid": _pointwise("basic/sigmoid"),
    "silu": _pointwise("basic/silu"),
    "detach": _pointwise("basic/detach"),
    "softmax": softmax,
    "add": add,
    "sub": sub,
    "mul": mul,
    "div": div,
    "neg": neg,
    "cat": cat,
    "mean": mean,
    "flip": _over_time("basic/reverse"),
    "cumsum": _over_time("basic/cumulative_sum"),
    "eq": eq,
    "ne": ne,
    "invert": invert,
    **dict.fromkeys(("contiguous", "clone", "to", "float", "double", "type_as", "alias"), same),
    **axes.RULES,
    **attention.RULES,
    **convolution.RULES,
    **norms.RULES,
    **recurrent.RULES,
}

ALIASES: Mapping[str, str] = {
    "true_divide": "div",
    "divide": "div",
    "multiply": "mul",
    "subtract": "sub",
    "concat": "cat",
    "concatenate": "cat",
    "logical_not": "invert",
    "bitwise_not": "invert",
    "swapaxes": "transpose",
    "swapdims": "transpose",
    "reshape": "view",
    "view_as": "view",
    "_unsafe_view": "view",
    "flatten": "view",
    "unflatten": "view",
    "mT": "T",
    "bmm": "matmul",
    "native_dropout": "dropout",
    "constant_pad_nd": "pad",
    "_to_copy": "to",
    "_assert_tensor_metadata": "contiguous",
}
"""Other names of the same."""
