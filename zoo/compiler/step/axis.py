"""The axis of a stream: which one it is, which inputs come in pieces, and which types have it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zoo.checker.resolution import Scope
from zoo.errors import InputError, did_you_mean
from zoo.graph import Graph
from zoo.sizes import Name, Size, Symbolic, substitute, symbol
from zoo.spec import Port, Star, TensorType

BATCH, PIECE = 0, 1
"""The places of the axes that tell the rows and the steps of a stream: the sequence runs behind the batch."""


@dataclass(frozen=True, slots=True)
class StreamAxis:
    """The axis of a stream, that of its rows, the inputs that come in pieces, and those that come whole."""

    axis: str
    batch: Size
    pieces: tuple[str, ...]
    whole: tuple[str, ...]

    def places(self, type_: TensorType | None, scope: Scope) -> list[int]:
        """Where a type has the axis of the stream."""
        return [] if type_ is None else list(_places(type_, scope, self.axis))

    def has_rows(self, type_: TensorType, scope: Scope) -> bool:
        """Whether a type begins with the rows, by which a search reorders it."""
        return bool(type_.shape) and substitute(type_.shape[BATCH], scope.values) == self.batch


def named(port: Port, places: Iterable[int], rank: int) -> set[str]:
    """The names that a port has for the axes at these places of what comes to it; "" for those of a star."""
    star = next((i for i, axis in enumerate(port.shape) if isinstance(axis, Star)), None)
    found: set[str] = set()
    for place in places:
        index = place
        if star is not None and place >= star:
            index = place - rank + len(port.shape)
            index = max(star, index)
        axis = port.shape[index]
        found.add(axis.text if isinstance(axis, Name) else "" if isinstance(axis, Star) else str(axis))
    return found


def find_axis(graph: Graph, root: Scope, axis: str | None = None) -> StreamAxis:
    """The axis of a graph's stream: the one given, the one it is causal along, or the only one there can be.

    InputError where there is none, or more than one, or an input has it elsewhere than behind its batch.
    """
    known = _candidates(root)
    if axis is None:
        causal = [each for each in graph.causal if each in known]
        inner = [each for each in known if any(_runs(type_, root, each) for type_ in root.types.values())]
        found = causal or inner or known
        if len(found) != 1:
            raise InputError(
                f"{graph.name}: a stream runs along one axis, behind the batch of an input, and "
                f"{'there are ' + ' and '.join(found) if found else 'no input has one'}; "
                + ("say along=" + " or along=".join(map(repr, found)) if found else "call the model instead")
            )
        axis = found[0]
    elif axis not in known:
        raise InputError(
            f"{graph.name}: a stream runs along an axis behind the batch of an input, and '{axis}' is not one"
            f"{did_you_mean(axis, known)}; "
            f"there {'are' if len(known) > 1 else 'is'} {', '.join(known) or 'none'}"
        )
    pieces: list[str] = []
    batch: Size = 0
    for name, type_ in root.inputs.items():
        places = [] if type_ is None else list(_places(type_, root, axis))
        if type_ is None or not places:
            continue
        if places != [PIECE] or not _runs(type_, root, axis):
            raise InputError(
                f"{graph.name}: in a stream '{axis}' stands behind the batch, and the input '{name}' is "
                f"{root.shown(type_)}; call the model instead"
            )
        pieces.append(name)
        batch = substitute(type_.shape[BATCH], root.values)
    whole = tuple(name for name, type_ in root.inputs.items() if type_ is not None and name not in pieces)
    return StreamAxis(axis, batch, tuple(pieces), whole)


def _candidates(root: Scope) -> list[str]:
    """The axes behind the batch of some input, each once."""
    found: dict[str, None] = {}
    for type_ in root.inputs.values():
        if type_ is not None and len(type_.shape) > PIECE:
            size = substitute(type_.shape[PIECE], root.values)
            if isinstance(size, Symbolic) and str(size).isidentifier():
                found[str(size)] = None
    return list(found)


def _runs(type_: TensorType | None, scope: Scope, axis: str) -> bool:
    if type_ is None or len(type_.shape) <= PIECE:
        return False
    return substitute(type_.shape[PIECE], scope.values) == symbol(axis)


def _places(type_: TensorType, scope: Scope, axis: str) -> Iterator[int]:
    for place, size in enumerate(type_.shape):
        ground = substitute(size, scope.values)
        if isinstance(ground, Symbolic) and axis in ground.atoms():
            yield place
