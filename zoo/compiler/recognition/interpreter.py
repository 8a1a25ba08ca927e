"""Abstract interpretation: layers are run on tensors without contents, their operations noted as terms.

So the formula of a layer is what it does, whatever its name and pack. A layer that does something without a
rule here (draws random numbers, depends on values, writes in place) has no term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from zoo.compiler.recognition.terms import Activation, Leaf, Product, Row, Sum, number, only

ATEN: Any = torch.ops.aten


class NoTerm(Exception):
    """A value has no term; the message says which."""


class Interpreter(TorchDispatchMode):
    """A dispatch mode that knows the terms of the tensors computed under it."""

    def __init__(self) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]  # torch types it in part
        self._rows: dict[int, Row] = {}
        self._matrices: dict[int, tuple[str, bool]] = {}
        self._names: dict[int, Leaf] = {}
        self._kept: list[Tensor] = []  # alive, so that no other tensor gets their id

    def given(self, kind: str, name: str, tensor: Tensor) -> None:
        """Register an input, state or parameter."""
        self._kept.append(tensor)
        if kind == "parameter" and tensor.dim() == 2:
            self._matrices[id(tensor)] = name, False
        elif tensor.dim():
            width = tensor.shape[-1]
            self._rows[id(tensor)] = Row(((only(Leaf(kind, name, 0, width)), width),))

    def whole(self, tensor: Tensor, name: str) -> Tensor:
        """Give a tensor that exists for all steps a name; returns the tensor that stands for it.

        If its term is a part of a gate, the tensor keeps it; a matrix times the tensor is then a product with
        the name.
        """
        row = self._rows.get(id(tensor))
        leaf = Leaf("step", name, 0, tensor.shape[-1])
        if row is not None and all(_is_part_of_a_gate(term) for term, _ in row.parts):
            self._names[id(tensor)] = leaf
            return tensor
        standing = torch.empty_like(tensor)
        self.given("step", name, standing)
        return standing

    def factors(self, tensor: Any) -> Row:
        """The term of a tensor as the factor of a matrix: a row of leaves."""
        row = self._rows.get(id(tensor))
        if id(tensor) in self._names and row is not None and not all(_is_leaf(term) for term, _ in row.parts):
            leaf = self._names[id(tensor)]
            return Row(((only(leaf), leaf.stop),))
        return self.row(tensor)

    def row(self, tensor: Any) -> Row:
        """The term of a tensor; raises NoTerm if there is none."""
        if id(tensor) not in self._rows:
            raise NoTerm("a tensor that no rule makes")
        return self._rows[id(tensor)]

    def matrix(self, tensor: Any) -> tuple[str, bool]:
        """The name of a matrix parameter, and whether the tensor is its transpose."""
        if id(tensor) not in self._matrices:
            raise NoTerm("a product with something that is no parameter")
        return self._matrices[id(tensor)]

    def turned(self, matrix: Tensor, tensor: Tensor) -> None:
        """Register the transpose of a matrix."""
        name, turned = self.matrix(matrix)
        self._kept.append(tensor)
        self._matrices[id(tensor)] = name, not turned

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        # Running it would take half a second on the meta device.
        if torch.Tag.nondeterministic_seeded in func.tags:
            raise NoTerm("it draws numbers")
        result = func(*args, **(kwargs or {}))
        rule = RULES.get(func)
        # Without autograd, or with a backward of its own, a layer is more than its term.
        if rule is not None and not kwargs and torch.is_grad_enabled():
            try:
                made = rule(self, args, result)
            except NoTerm:
                return result
            results: Sequence[Tensor] = result if func in _SEVERAL else [result]
            for tensor, row in zip(results, made, strict=True):
                self._kept.append(tensor)
                self._rows[id(tensor)] = row
        elif func._schema.is_mutable:
            self._rows.clear()  # any of them may be a view of what was written to
        return result


def _is_leaf(term: Sum) -> bool:
    return isinstance(term.alone, Leaf)


def _is_part_of_a_gate(term: Sum) -> bool:
    """Whether it is a sum of single leaves and products."""
    return all(len(key) == 1 and not isinstance(key[0], Activation) for key in term)


Rule: TypeAlias = Callable[[Interpreter, tuple[Any, ...], Any], Sequence[Row]]


def _both(interpreter: Interpreter, one: Any, other: Any) -> Iterator[tuple[Sum, Sum, int]]:
    """The operands of an elementwise operation, part by part."""
    if isinstance(one, int | float) or isinstance(other, int | float):
        row = interpreter.row(other if isinstance(one, int | float) else one)
        for term, width in row.parts:
            yield (
                number(one) if isinstance(one, int | float) else term,
                number(other) if isinstance(other, int | float) else term,
                width,
            )
        return
    mine, theirs = interpreter.row(one), interpreter.row(other)
    if [width for _, width in mine.parts] != [width for _, width in theirs.parts]:
        raise NoTerm("operands of different widths")
    for (term, width), (also, _) in zip(mine.parts, theirs.parts, strict=True):
        yield term, also, width


def _add(times: float) -> Rule:
    def rule(interpreter: Interpreter, args: tuple[Any, ...], result: Any) -> Sequence[Row]:
        del result
        return [Row(tuple((a.plus(b, times), width) for a, b, width in _both(interpreter, *args[:2])))]

    return rule


def _rsub(interpreter: Interpreter, args: tuple[Any, ...], result: Any) -> Sequence[Row]:
    del result
    return [Row(tuple((b.plus(a, -1), width) for a, b, width in _both(interpreter, *args[:2])))]


def _mul(interpreter: Interpreter, args: tuple[Any, ...], result: Any) -> Sequence[Row]:
    del result
    return [Row(tuple((a.times(b), width) for a, b, width in _both(interpreter, *args[:2])))]


def _bend(by: str) -> Rule:
    def rule(interpreter: Interpreter, args: tuple[Any, ...], result: Any) -> Sequence[Row]:
        del result
        return [
            Row(tuple((only(Activation(by, term)), width) for term, width in interpreter.row(args[0]).parts))
        ]

    return rule


def _turn(interpreter: Interpreter, args: tuple[Any, ...], result: Any) -> Sequence[Row]:
    interpreter.turned(args[0], result)
    return [Row(())]


def _mm(interpreter: Interpreter, args: tuple[Any, ...], result: Any) -> Sequence[Row]:
    name, turned = interpreter.matrix(args[1])
    if not turned:
        raise NoTerm("a product with a matrix that has its columns for outputs")
    width, at, found = result.shape[-1], 0, Sum([])
    for term, size in interpreter.factors(args[0]).parts:
        of = term.alone
        if not isinstance(of, Leaf):
            raise NoTerm("a product with something that is computed in the loop")
        found = found.plus(only(Product(name, (0, width), (at, at + size), of)))
        at += size
    return [Row(((found, width),))]


def _addmm(interpreter: Interpreter, args: tuple[Any, ...], result: Any) -> Sequence[Row]:
    (product,) = _mm(interpreter, args[1:], result)
    ((term, width),) = product.parts
    ((bias, own),) = interpreter.row(args[0]).parts
    if own != width:
        raise NoTerm("operands of different widths")
    return [Row(((term.plus(bias), width),))]


def _slice(interpreter: Interpreter, args: tuple[Any, ...], result: Any) -> Sequence[Row]:
    tensor: Tensor = args[0]
    axis, start = (args[1] if len(args) > 1 else 0), (args[2] if len(args) > 2 else 0) or 0
    step: int = args[4] if len(args) > 4 else 1
    if axis not in (-1, tensor.dim() - 1) or step != 1:
        raise NoTerm("a slice of another axis")
    width = tensor.shape[-1]
    first: int = min(start, width)
    first += width if first < 0 else 0
    return [interpreter.row(tensor).sliced(first, first + result.shape[-1])]


def _split(interpreter: Interpreter, args: tuple[Any, ...], result: Any) -> Sequence[Row]:
    tensor, axis = args[0], args[2] if len(args) > 2 else 0
    if axis not in (-1, tensor.dim() - 1):
        raise NoTerm("a split of another axis")
    rows: list[Row] = []
    at = 0
    for part in result:
        rows.append(interpreter.row(tensor).sliced(at, at + part.shape[-1]))
        at += part.shape[-1]
    return rows


def _cat(interpreter: Interpreter, args: tuple[Any, ...], result: Any) -> Sequence[Row]:
    del result
    tensors, axis = args[0], args[1] if len(args) > 1 else 0
    if axis not in (-1, tensors[0].dim() - 1):
        raise NoTerm("a concat along another axis")
    return [Row(tuple(part for tensor in tensors for part in interpreter.row(tensor).parts))]


RULES: Mapping[Any, Rule] = {
    ATEN.add.Tensor: _add(1),
    ATEN.sub.Tensor: _add(-1),
    ATEN.rsub.Scalar: _rsub,
    ATEN.mul.Tensor: _mul,
    ATEN.sigmoid.default: _bend("sigmoid"),
    ATEN.tanh.default: _bend("tanh"),
    ATEN.relu.default: _bend("relu"),
    ATEN.t.default: _turn,
    ATEN.mm.default: _mm,
    ATEN.addmm.default: _addmm,
    ATEN.slice.Tensor: _slice,
    ATEN.split.Tensor: _split,
    ATEN.split_with_sizes.default: _split,
    ATEN.cat.default: _cat,
}


_SEVERAL = frozenset({ATEN.split.Tensor, ATEN.split_with_sizes.default})
"""Operations that return several tensors."""


def interpret(interpreter: Interpreter, module: nn.Module, name: str, args: Sequence[Tensor]) -> Any:
    """What a layer returns, run in the interpreter; NoTerm where it cannot be run without contents."""
    for parameter, tensor in module.named_parameters():
        interpreter.given("parameter", f"{name}.{parameter}", tensor)
    try:
        with torch.enable_grad(), interpreter:
            return module(*args)
    except Exception as error:  # noqa: BLE001 - a stranger's layer: whatever it raises here, it is not recognised
        raise NoTerm(f"'{name}' cannot be run without contents: {error}") from None
