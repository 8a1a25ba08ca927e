"""Random words of graphs: names, texts, numbers, settings, sizes and types."""

from __future__ import annotations

from collections.abc import Collection

from hypothesis import strategies as st

from zoo.graph import Frozen, Scalar, Value
from zoo.sizes import Expr, Name, Op
from zoo.spec import DTYPES, Port

# Words that YAML, Python or the format itself reads in a way of its own.
_TRICKY = (
    "true",
    "null",
    "on",
    "No",
    "class",
    "forward",
    "None",
    "use",
    "in",
    "inputs",
    "float",
    "_",
    "e1",
    "x_1",
)

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True).filter(
    lambda name: name not in ("zeros", "learned")
) | st.sampled_from(_TRICKY)
"""What nodes, ports, params and blocks may be called."""

axis_names = names.filter(lambda name: name not in ("optional", "_", *DTYPES))
"""What axes may be called."""

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12) | st.sampled_from(
    [
        "",
        "1e-4",
        "012",
        "~",
        "on",
        "no: yes",
        "# x",
        "$",
        "$$x",
        "a\nb",
        "[",
        "'",
        '"',
        "- a",
        "?",
        "2020-01-01",
    ]
)
"""Texts, among them those that YAML likes to take for something else."""

integers = st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-3, 300)
floats = st.floats(allow_nan=False)
scalars: st.SearchStrategy[Scalar] = st.none() | st.booleans() | integers | floats | texts
"""What a param may be."""


def expressions(
    leaves: st.SearchStrategy[Name] | None = None,
    integers: st.SearchStrategy[int] | None = None,
    operations: str = "+-*/",
) -> st.SearchStrategy[Expr]:
    """Expressions of a few names and integers; ``operations`` holds a slash for ``//``."""
    if leaves is None:
        leaves = st.builds(Name, st.one_of(names, names.map("${}".format)))
    signs = st.sampled_from([sign.replace("/", "//") for sign in operations])
    atoms: st.SearchStrategy[Expr] = leaves | (st.integers(-9, 4096) if integers is None else integers)

    def combined(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        return st.builds(Op, signs, inner, inner)

    return st.recursive(atoms, combined, max_leaves=8)


def values(params: Collection[str] = ("dim",)) -> st.SearchStrategy[Value]:
    """Settings: plain values, expressions of params, lists and mappings of these."""
    leaves: st.SearchStrategy[Value] = scalars
    if params:
        dollars = st.sampled_from([Name(f"${param}") for param in params])
        leaves = leaves | dollars | expressions(dollars).filter(lambda expr: "$" in str(expr))

    def collections(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
        return st.lists(inner, max_size=3).map(tuple) | st.dictionaries(texts, inner, max_size=3).map(Frozen)

    return st.recursive(leaves, collections, max_leaves=4)


def axes(params: Collection[str] = ("dim",)) -> st.SearchStrategy[Expr]:
    """Sizes in types and starts of states."""
    leaves = axis_names.map(Name)
    if params:
        leaves = leaves | st.sampled_from([Name(f"${param}") for param in params])
    return leaves | st.integers(0, 4096) | expressions(leaves).filter(lambda expr: not isinstance(expr, int))


def ports(params: Collection[str] = ("dim",)) -> st.SearchStrategy[Port]:
    """Types of the inputs of graphs and blocks."""
    shape = st.lists(axes(params), max_size=4).map(tuple)
    return st.builds(Port, st.sampled_from(DTYPES), shape, st.booleans())


layers = st.builds("{}/{}{}".format, names, names, st.sampled_from(["", "", "@2"]))
"""Ids of layers that no pack offers."""
