"""Sizes in the names of a body, and what they stand for in one of its uses.

Sizes come in two forms. **Local** sizes use the names of the body (``dim``, ``$heads``), so that generated
code can refer to them. **Ground** sizes have every name replaced by what it stands for in this use: numbers,
and axes of the graph's inputs. Two sizes are the same if they are equal in either form.

A name whose value is unknown, because of another problem or because a block is not used, is **open**: it
stands for itself with a question mark (``?dim``). It may be any size, so nothing that depends on it is
reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo.errors import SizeError
from zoo.sizes import Expr, Size, Symbolic, evaluate, substitute, symbol
from zoo.spec import Axis, Star, TensorType, Wild


class ParamError(SizeError):
    """A param is used as a size, but its value is not one."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word


class Sizes:
    """The sizes of a body; ``values`` holds the ground sizes of its axes, and the values of ``$params``."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self._grounds: dict[Size, Size] = {}

    def ground(self, size: Size) -> Size:
        """The ground form of a local size."""
        if isinstance(size, int):
            return size
        found = self._grounds.get(size)
        if found is None:
            found = self._grounds[size] = substitute(size, self.values)
        return found

    def same(self, left: Size, right: Size) -> bool:
        """Whether two local sizes are equal, or one of them is open."""
        left, right = self.ground(left), self.ground(right)
        return left == right or is_open(left) or is_open(right)

    def evaluate(self, expr: Expr) -> Size:
        """The local size of an expression of axes and params; raises SizeError if a param is not a size."""
        return evaluate(expr, self._size)

    def _size(self, word: str) -> Size:
        if word.startswith("$"):
            value = self.values.get(word)
            if value is None and word not in self.values:
                return symbol(f"?{word}")  # undeclared; the planner reports it
            if not isinstance(value, Symbolic) and type(value) is not int:
                said = "true" if value is True else "false" if value is False else repr(value)
                raise ParamError(word, f"the param '{word[1:]}' is {said}, and sizes are made of integers")
        return symbol(word)

    def axis(self, axis: Axis) -> Size:
        """The local size of an axis that a graph, block or state declares; raises SizeError if invalid."""
        if isinstance(axis, Star | Wild):
            raise SizeError(
                f"'{axis}' is for the hints of layers; in a graph every axis has a name or a size"
            )
        size = self.evaluate(axis)
        if isinstance(ground := self.ground(size), int) and ground < 0:
            raise SizeError(f"an axis of size {ground} cannot be ('{axis}')")
        return size

    def word(self, size: Size) -> str:
        """A size as shown to users: its ground form."""
        text = str(self.ground(size)).replace("?", "").replace("$", "")
        return f"({text})" if " " in text else text

    def words(self, type: TensorType) -> str:
        """A type as shown to users."""
        return " ".join([type.dtype, *map(self.word, type.shape)])


def is_open(size: Size) -> bool:
    """Whether a ground size contains an unknown value."""
    return isinstance(size, Symbolic) and any(atom.startswith("?") for atom in size.atoms())
