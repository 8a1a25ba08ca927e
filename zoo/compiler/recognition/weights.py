"""The weights of a recognised cell in the layout of its kernel, from the parameters of its nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from zoo.compiler.recognition.cells import Match
from zoo.compiler.recognition.terms import Leaf, Product


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of a parameter, and columns if it is a matrix; zeros if the name is empty."""

    name: str
    rows: tuple[int, int]
    columns: tuple[int, int] | None = None


def matrices(match: Match) -> tuple[list[Piece], list[Piece]]:
    """The matrices for x and for h, as pieces to be concatenated."""
    xs, hs = ([gate.x for gate in match.gates], [gate.h for gate in match.gates])
    return _joined([_product(each) for each in xs]), _joined([_product(each) for each in hs])


def biases(match: Match) -> tuple[list[Piece] | None, list[Piece] | None] | None:
    """The two biases, each None if missing; None if the cell has more biases than the kernel.

    If the order does not matter, the bias of the layer with the matrix for x comes first.
    """
    pairs: list[tuple[Leaf | None, Leaf | None]] = []
    for at, gate in enumerate(match.gates):
        outer = sorted(gate.outer, key=lambda leaf: _node(leaf.name) != _node(gate.x.matrix))
        candidate = match.cell == "gru" and at == 2
        first, second = (outer, list(gate.inner)) if candidate else (outer[:1], outer[1:])
        if len(first) > 1 or len(second) > 1:
            return None
        pairs += [(one, other) for one, other in zip_longest(first or [None], second or [None])]
    width = match.gates[0].x.rows[1] - match.gates[0].x.rows[0]
    return _vector([one for one, _ in pairs], width), _vector([other for _, other in pairs], width)


def code(
    pieces: Sequence[Piece], parameter: Callable[[str], str], shapes: Mapping[str, Sequence[int]], like: str
) -> str:
    """Code for pieces as one tensor; ``like`` is code for a tensor with the dtype and device of zeros."""
    texts = [_piece(each, parameter, shapes, like) for each in pieces]
    return texts[0] if len(texts) == 1 else f"torch.cat(({', '.join(texts)}))"


def _piece(
    piece: Piece, parameter: Callable[[str], str], shapes: Mapping[str, Sequence[int]], like: str
) -> str:
    if not piece.name:
        return f"{like}.new_zeros({piece.rows[1] - piece.rows[0]})"
    whole = [(0, size) for size in shapes[piece.name]]
    own = [piece.rows, *([] if piece.columns is None else [piece.columns])]
    cuts = [":" if cut == all_ else f"{cut[0]}:{cut[1]}" for cut, all_ in zip(own, whole, strict=True)]
    while cuts and cuts[-1] == ":":
        cuts.pop()
    return parameter(piece.name) + (f"[{', '.join(cuts)}]" if cuts else "")


def _product(product: Product) -> Piece:
    return Piece(product.matrix, product.rows, product.columns)


def _vector(leaves: Sequence[Leaf | None], width: int) -> list[Piece] | None:
    if not any(leaves):
        return None
    return _joined(
        [
            Piece("", (0, width)) if leaf is None else Piece(leaf.name, (leaf.start, leaf.stop))
            for leaf in leaves
        ]
    )


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Join adjacent pieces of the same parameter."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        follows = last is not None and (last.name, last.columns) == (piece.name, piece.columns)
        if last is not None and follows and (not piece.name or last.rows[1] == piece.rows[0]):
            start = last.rows[0] if piece.name else piece.rows[0] - (last.rows[1] - last.rows[0])
            found[-1] = replace(piece, rows=(start, piece.rows[1]))
        else:
            found.append(piece)
    return found


def _node(name: str) -> str:
    return name.partition(".")[0]
