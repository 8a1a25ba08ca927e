"""Sizes in the names of a body, and what they stand for in one of its uses.

Sizes come in two forms. **Local** ones are written in the names of the body (``dim``, ``$heads``), so that
generated code can say them; **ground** ones have every name replaced by what it stands for in this use, down
to numbers and the axes of the graph's inputs. Two sizes are the same when they are equal in either form.

A name whose value a problem hides, or a block without a use, stands for itself with a question mark
(``?dim``): it is **open**. It may be any size, so it silences what depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo.errors import SizeError
from zoo.sizes import Expr, Size, Symbolic, evaluate, substitute, symbol
from zoo.spec import Axis, Star, TensorType, Wild


class ParamError(SizeError):
    """A param stands where a size is expected, and has another kind of value."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word


class Sizes:
    """``values`` are the ground sizes of a body's axes, and the values of its ``$params``."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self._grounds: dict[Size, Size] = {}

    def ground(self, size: Size) -> Size:
        """What a local size stands for."""
        if isinstance(size, int):
            return size
        found = self._grounds.get(size)
        if found is None:
            found = self._grounds[size] = substitute(size, self.values)
        return found

    def same(self, left: Size, right: Size) -> bool:
        """Whether two local sizes are equal, or may be."""
        left, right = self.ground(left), self.ground(right)
        return left == right or is_open(left) or is_open(right)

    def evaluate(self, expr: Expr) -> Size:
        """The local size of an expression of axes and params; SizeError when a param is no size."""
        return evaluate(expr, self._size)

    def _size(self, word: str) -> Size:
        if word.startswith("$"):
            value = self.values.get(word)
            if value is None and word not in self.values:
                return symbol(f"?{word}")  # not declared, which the plan reports
            if not isinstance(value, Symbolic) and type(value) is not int:
                said = "true" if value is True else "false" if value is False else repr(value)
                raise ParamError(word, f"the param '{word[1:]}' is {said}, and sizes are made of integers")
        return symbol(word)

    def axis(self, axis: Axis) -> Size:
        """The local size of an axis that a graph, block or state declares; SizeError when it is none."""
        if isinstance(axis, Star | Wild):
            raise SizeError(
                f"'{axis}' is for the hints of layers; in a graph every axis has a name or a size"
            )
        size = self.evaluate(axis)
        if isinstance(ground := self.ground(size), int) and ground < 0:
            raise SizeError(f"an axis of size {ground} cannot be ('{axis}')")
        return size

    def word(self, size: Size) -> str:
        """A size for people: what it stands for."""
        text = str(self.ground(size)).replace("?", "").replace("$", "")
        return f"({text})" if " " in text else text

    def words(self, type: TensorType) -> str:
        """A type for people."""
        return " ".join([type.dtype, *map(self.word, type.shape)])


def is_open(size: Size) -> bool:
    """Whether a ground size has a part that nothing says."""
    return isinstance(size, Symbolic) and any(atom.startswith("?") for atom in size.atoms())
