"""Random parts of graphs, for the property tests of everything that takes a graph."""

from __future__ import annotations

from hypothesis import strategies as st

from zoo.sizes import Expr, Name, Op

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,7}", fullmatch=True)
"""What nodes, ports, params and blocks may be called."""


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
