"""Rules: which layer computes what a function of PyTorch does.

There is one rule per function, with the function's name and signature; PyTorch's modules and the operators of
``torch.export`` call the same functions. A rule returns what the result is, or raises Unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from torch import Tensor

from zoo.importing import arithmetic, attention, axes, convolution, masks, norms, recurrent
from zoo.importing.at import At, weight
from zoo.importing.seen import Seen, Unknown

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
    """Dropout; nothing if it is disabled permanently."""
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


def cat(at: At, tensors: Sequence[Tensor], dim: int = 0) -> Seen:
    """Concatenation along the last axis."""
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


def same(at: At, input: Tensor, *_: Any, **__: Any) -> Any:
    """Functions that change neither values nor shape."""
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
    "cat": cat,
    "mean": mean,
    "flip": _over_time("basic/reverse"),
    "cumsum": _over_time("basic/cumulative_sum"),
    **dict.fromkeys(("contiguous", "clone", "to", "float", "double", "type_as", "alias"), same),
    **arithmetic.RULES,
    **attention.RULES,
    **axes.RULES,
    **convolution.RULES,
    **masks.RULES,
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
"""Aliases."""
