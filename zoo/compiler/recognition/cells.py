"""The cells with kernels, as terms, and the roles of a drawn cell's weights in them.

    rnn     h' = σ(A),  σ tanh or relu
    gru     h' = (1 - σ(Z)) ⊙ n + σ(Z) ⊙ h,  n = tanh(N + σ(R) ⊙ C)
    lstm    c' = σ(F) ⊙ c + σ(I) ⊙ tanh(G),  h' = σ(O) ⊙ tanh(c')

A, Z, … are each W x + U h + biases, N is W x + biases and C is U h + biases, with the same x everywhere.
Terms with anything else (a peephole, one gate more or less, a number) match none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from zoo.compiler.recognition.terms import Activation, Factor, Leaf, Product, Sum, only


@dataclass(frozen=True, slots=True)
class Gate:
    """The weights of one gate: a matrix for x, one for h, and biases; ``inner`` biases are added to U h."""

    x: Product
    h: Product
    outer: tuple[Leaf, ...]
    inner: tuple[Leaf, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A known cell: its gates in the order of PyTorch's rows, and its states, h first."""

    cell: Literal["rnn", "gru", "lstm"]
    gates: tuple[Gate, ...]
    states: tuple[str, ...]
    activation: str = "tanh"

    @property
    def x(self) -> str:
        """The name of the cell's input."""
        return self.gates[0].x.of.name


def match(next_: Mapping[str, Sum]) -> Match | None:
    """The known cell with these next states; None if there is none."""
    found = None
    if len(next_) == 1:
        ((state, term),) = next_.items()
        found = _rnn(state, term) or _gru(state, term)
    elif len(next_) == 2:
        (one, other) = next_
        found = _lstm(one, other, next_) or _lstm(other, one, next_)
    return found if found is not None and _is_whole(found) else None


def _rnn(state: str, term: Sum) -> Match | None:
    bent = term.alone
    if not isinstance(bent, Activation) or bent.by not in ("tanh", "relu"):
        return None
    gate = _gate(bent.sum, state)
    return None if gate is None else Match("rnn", (gate,), (state,), bent.by)


def _gru(state: str, term: Sum) -> Match | None:
    for z in _bents(term, "sigmoid"):
        for n in _bents(term, "tanh"):
            h = _leaf(state, term)
            if h is None or term != only(n).plus(only(z).times(only(h).plus(only(n), -1))):
                continue
            candidate = _candidate(n.sum, state)
            update = _gate(z.sum, state)
            if candidate is not None and update is not None:
                return Match("gru", (candidate[0], update, candidate[1]), (state,))
    return None


def _candidate(term: Sum, state: str) -> tuple[Gate, Gate] | None:
    """The gates r and n of a sum W x + b + σ(R) ⊙ (U h + c)."""
    for r in _bents(term, "sigmoid"):
        inside = Sum((_without(key, r), times) for key, times in term.items() if r in key)
        outside = Sum((key, times) for key, times in term.items() if r not in key)
        reset = _gate(r.sum, state)
        x, outer = _affine(outside)
        h, inner = _affine(inside)
        if reset is None or not len(x) == len(h) == 1 or not _reads(x[0], h[0], state):
            continue
        if _covers(outside, x, outer) and _covers(inside, h, inner):
            return reset, Gate(x[0], h[0], outer, inner)
    return None


def _lstm(h: str, c: str, next_: Mapping[str, Sum]) -> Match | None:
    cell = next_[c]
    old = _leaf(c, cell)
    shown = only(Activation("tanh", cell))
    for o in _bents(next_[h], "sigmoid"):
        if old is None or next_[h] != only(o).times(shown):
            continue
        for f in _bents(cell, "sigmoid"):
            for i in _bents(cell, "sigmoid"):
                for g in _bents(cell, "tanh"):
                    if cell == only(f).times(only(old)).plus(only(i).times(only(g))):
                        gates = [_gate(each.sum, h) for each in (i, f, g, o)]
                        known = tuple(gate for gate in gates if gate is not None)
                        if len(known) == 4:
                            return Match("lstm", known, (h, c))
    return None


def _gate(term: Sum, state: str) -> Gate | None:
    """A gate, if the sum is W x + U h + biases and nothing else."""
    products, biases = _affine(term)
    if len(products) != 2 or not _covers(term, products, biases):
        return None
    x, h = sorted(products, key=lambda each: each.of.kind == "state")
    return Gate(x, h, biases) if _reads(x, h, state) else None


def _affine(term: Sum) -> tuple[tuple[Product, ...], tuple[Leaf, ...]]:
    """The summands that are a single product or parameter."""
    alone = [key[0] for key, times in term.items() if len(key) == 1 and times == 1]
    products = tuple(each for each in alone if isinstance(each, Product))
    biases = (each for each in alone if isinstance(each, Leaf) and each.kind == "parameter")
    return products, tuple(sorted(biases, key=repr))


def _covers(term: Sum, products: Sequence[Product], biases: Sequence[Leaf]) -> bool:
    """Whether a sum consists of exactly these products and biases."""
    return term == Sum(((each,), 1) for each in (*products, *biases))


def _reads(x: Product, h: Product, state: str) -> bool:
    """Whether one product is of the input, and the other of the state."""
    return x.of.kind == "step" and (h.of.kind, h.of.name) == ("state", state)


def _bents(term: Sum, by: str) -> list[Activation]:
    """The factors of a sum that are this activation of something."""
    found = {
        factor: None for key in term for factor in key if isinstance(factor, Activation) and factor.by == by
    }
    return list(found)


def _leaf(state: str, term: Sum) -> Leaf | None:
    """The leaf of a state in a sum."""
    for key in term:
        for factor in key:
            if isinstance(factor, Leaf) and (factor.kind, factor.name) == ("state", state):
                return factor
    return None


def _without(key: tuple[Factor, ...], factor: Factor) -> tuple[Factor, ...]:
    rest = list(key)
    rest.remove(factor)
    return tuple(rest)


def _is_whole(found: Match) -> bool:
    """Whether every gate reads all of the same x and of h, and is as wide as the state."""
    first = found.gates[0]
    width = first.h.of.stop
    return all(
        gate.x.of == first.x.of
        and gate.h.of == first.h.of
        and gate.x.of.start == gate.h.of.start == 0
        and gate.x.rows[1] - gate.x.rows[0] == gate.h.rows[1] - gate.h.rows[0] == width
        for gate in found.gates
    )
