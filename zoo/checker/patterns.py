"""Matching the type of a wire against the pattern of a port, which binds named axes to sizes.

A ``Pattern`` is a port prepared for matching. Its names are looked up in ``bindings``: an unbound name is
bound to the size that arrives, a bound one must match it. ``*any`` binds several sizes at once, under
``*any``. Expressions wait until the plain names of all ports are bound (``settle``); an expression with a
single unbound name is solved if it is linear in that name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from zoo.errors import SizeError
from zoo.sizes import Expr, Name, Op, Size, evaluate, names, substitute, symbol
from zoo.spec import Axis, Port, Star, Wild

Shape: TypeAlias = tuple[Size, ...]
Bindings: TypeAlias = dict[str, Size | Shape]
"""Sizes by name, and tuples of sizes by starred name (``*any``)."""

Same: TypeAlias = Callable[[Size, Size], bool]
"""Whether two sizes are, or may be, equal in the body that is being resolved."""

Waiting: TypeAlias = list[tuple["Pattern", Op, Size]]
"""Expressions that wait for their names: the pattern, the expression, the size that arrived."""

Item: TypeAlias = str | int | Op | None
"""An axis of a pattern: a plain name as a string, a wildcard as None."""

Axes: TypeAlias = list[tuple[str, Size | None]]
"""Every axis of a port: its name (empty if it has none), and its size if it is known."""

_UNKNOWN = "?unknown"


class Pattern:
    """A port prepared for matching; ``star`` is the name of its star, which follows ``leading`` items.

    ``star`` is None if there is no star, and empty if the star has no name.
    """

    __slots__ = ("items", "leading", "port", "star")

    def __init__(self, port: Port) -> None:
        self.port = port
        items: list[Item] = []
        self.star: str | None = None
        self.leading = 0
        for axis in port.shape:
            if isinstance(axis, Star):
                self.star, self.leading = f"*{axis.name}" if axis.name else "", len(items)
            else:
                items.append(_item(axis))
        self.items = tuple(items)

    def label(self, port: str, index: int | None) -> str:
        """The name of a wire to this port in messages: ``query``, or ``xs.1`` for one of several."""
        return port if index is None or not self.port.variadic else f"{port}.{index}"

    def match(self, shape: Shape, bindings: Bindings, same: Same, waiting: Waiting) -> bool:
        """Whether ``shape`` matches; binds unbound names."""
        items = self.items
        if self.star is not None:
            until = self.leading + len(shape) - len(items)
            if until < self.leading:
                return False
            if self.star and not _match_star(self.star, shape[self.leading : until], bindings, same):
                return False
            shape = (*shape[: self.leading], *shape[until:])
        elif len(shape) != len(items):
            return False
        for item, size in zip(items, shape, strict=True):
            if isinstance(item, str):
                bound = bindings.get(item)
                if bound is None:
                    bindings[item] = size
                elif bound is not size and bound != size and not _same(bound, size, same):
                    return False
            elif isinstance(item, int):
                if item != size and not same(item, size):
                    return False
            elif item is not None:
                waiting.append((self, item, size))
        return True

    def has_rank(self, rank: int) -> bool:
        """Whether the port takes tensors with ``rank`` axes."""
        return rank == len(self.items) or (self.star is not None and rank > len(self.items))

    def shape(self, bindings: Bindings) -> Shape | None:
        """The sizes of the pattern; None if a name is unbound."""
        sizes: list[Size] = []
        for item in self.items:
            size = bindings.get(item) if isinstance(item, str) else _value(item, bindings)
            if size is None or isinstance(size, tuple):
                return None
            sizes.append(size)
        if self.star is None:
            return tuple(sizes)
        middle = bindings.get(self.star)
        return (
            (*sizes[: self.leading], *middle, *sizes[self.leading :]) if isinstance(middle, tuple) else None
        )

    def axes(self, bindings: Bindings) -> Axes | None:
        """Every axis with its name and size, if it has them; None if the star is unbound."""
        axes = [(item if isinstance(item, str) else "", _value(item, bindings)) for item in self.items]
        if self.star is not None:
            middle = bindings.get(self.star)
            if not isinstance(middle, tuple):
                return None
            axes[self.leading : self.leading] = [("", size) for size in middle]
        return axes

    def words(self, bindings: Bindings, shown: Callable[[Size], str]) -> str:
        """The expected type for a message: known sizes, and the other axes as written in the port."""
        words: list[str] = [self.port.dtype]
        for axis in self.port.shape:
            bound = bindings.get(str(axis)) if isinstance(axis, Star) else _value(_item(axis), bindings)
            if isinstance(bound, tuple):
                words.extend(map(shown, bound))
            else:
                words.append(str(axis).replace(" ", "") if bound is None else shown(bound))
        return " ".join(words)


def settle(waiting: Waiting, bindings: Bindings, same: Same) -> Waiting:
    """Check the expressions whose names are bound, and solve those with one unknown; returns the failed ones.

    Expressions with more unknowns that nothing solves are ignored.
    """
    failed: Waiting = []
    left, before = list(waiting), len(waiting) + 1
    while left and len(left) < before:
        before, again = len(left), Waiting()
        for entry in left:
            _, expr, size = entry
            unknown = {name for name in names(expr) if name not in bindings}
            if not unknown:
                value = _value(expr, bindings)
                if value is not None and value != size and not same(value, size):
                    failed.append(entry)
            elif len(unknown) > 1:
                again.append(entry)
            elif not _solve(expr, size, unknown.pop(), bindings, same):
                failed.append(entry)
        left = again
    return failed


def _solve(expr: Expr, size: Size, name: str, bindings: Bindings, same: Same) -> bool:
    """Bind the one unknown name of ``expr == size``; False if there is no solution.

    An expression that is not linear in the name (a product with itself, a division) is ignored.
    """
    unknown = symbol(_UNKNOWN)
    value = evaluate(expr, lambda word: unknown if word == name else _size(bindings, word))
    rest = substitute(value, {_UNKNOWN: 0})
    factor = substitute(value, {_UNKNOWN: 1}) - rest
    if value != rest + factor * unknown or factor == 0:
        return True
    solution = (size - rest) // factor
    if solution * factor != size - rest and not same(solution * factor, size - rest):
        return False
    bindings[name] = solution
    return True


def _size(bindings: Mapping[str, Size | Shape], word: str) -> Size:
    bound = bindings.get(word)
    if bound is None or isinstance(bound, tuple):
        raise SizeError(f"'{word}' has no size here")
    return bound


def _same(bound: Size | Shape, size: Size, same: Same) -> bool:
    return not isinstance(bound, tuple) and same(bound, size)


def _value(item: Item | Expr, bindings: Bindings) -> Size | None:
    if isinstance(item, str):
        bound = bindings.get(item)
        return None if isinstance(bound, tuple) else bound
    if item is None or isinstance(item, int):
        return item
    if any(name not in bindings for name in names(item)):
        return None
    return evaluate(item, lambda word: _size(bindings, word))


def _item(axis: Axis) -> Item:
    if isinstance(axis, Name):
        return axis.text
    return None if isinstance(axis, Wild | Star) else axis


def _match_star(name: str, sizes: Shape, bindings: Bindings, same: Same) -> bool:
    bound = bindings.get(name)
    if bound is None:
        bindings[name] = sizes
        return True
    assert isinstance(bound, tuple)  # names with an asterisk are those of stars
    return bound == sizes or (len(bound) == len(sizes) and all(map(same, bound, sizes)))
