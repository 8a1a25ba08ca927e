"""Formatting sizes and counts: ``8·batch·time·dim² + 4·batch·time²·dim``, ``1.31 M``."""

from __future__ import annotations

from itertools import groupby

from zoo.sizes.values import Quotient, Size, Symbolic

_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(number: int | None) -> str:
    """A count with three significant digits: ``1.31 M``."""
    if number is None:
        return "unknown"
    for power, unit in ((12, "T"), (9, "G"), (6, "M"), (3, "k")):
        if number >= 10**power:
            return f"{number / 10**power:.3g} {unit}"
    return str(number)


def formula(size: Size | None) -> str:
    """A size on one line: numbers first, with superscript powers, params without their dollar sign."""
    if size is None:
        return "unknown"
    if isinstance(size, int):
        return f"{size:,}"
    words = ""
    for monomial, factor in sorted(size.terms, key=lambda term: -len(term[0])):
        parts = [f"{abs(factor):,}"] if abs(factor) != 1 or not monomial else []
        for atom, group in groupby(sorted(monomial, key=_place)):
            power = len(list(group))
            parts.append(_atom(atom) + (str(power).translate(_POWERS) if power > 1 else ""))
        sign = (" - " if factor < 0 else " + ") if words else "-" if factor < 0 else ""
        words += sign + "·".join(parts)
    return words


def _place(atom: str | Quotient) -> tuple[bool, bool, str]:
    """The sort key of an atom: the batch first, then other axes, then params."""
    return str(atom).startswith("$"), atom != "batch", str(atom)


def _atom(atom: str | Quotient) -> str:
    if isinstance(atom, str):
        return atom.removeprefix("$")
    return f"⌊{_operand(atom.numerator)}/{_operand(atom.denominator)}⌋"


def _operand(size: Size) -> str:
    words = formula(size)
    return f"({words})" if isinstance(size, Symbolic) and len(size.terms) > 1 else words
