"""Sizes: the grammar, the printing of expressions, and arithmetic against Python's own integers."""

from collections.abc import Mapping
from functools import reduce

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.strategies import expressions
from zoo.errors import SizeError
from zoo.sizes import (
    LARGEST,
    Expr,
    Name,
    Op,
    Size,
    Symbolic,
    evaluate,
    expression,
    names,
    parse,
    substitute,
    symbol,
)

NAMES = ("batch", "time", "dim", "$dim")
small = expressions(st.sampled_from(NAMES).map(Name), st.integers(-4, 12))
values = st.fixed_dictionaries({name: st.integers(-6, 12) for name in NAMES})

# -------------------------------------------------------------------------------------- what texts say


@pytest.mark.parametrize(
    ("text", "expr"),
    [
        ("64", 64),
        ("-3", -3),
        ("$dim", Name("$dim")),
        (" time-1 ", Op("-", Name("time"), 1)),
        ("a - b - c", Op("-", Op("-", Name("a"), Name("b")), Name("c"))),
        ("a + b * 2", Op("+", Name("a"), Op("*", Name("b"), 2))),
        ("(a + b) * 2", Op("*", Op("+", Name("a"), Name("b")), 2)),
        ("a // 2 * 3", Op("*", Op("//", Name("a"), 2), 3)),
        ("-a", Op("-", 0, Name("a"))),
        ("-a // 2", Op("//", Op("-", 0, Name("a")), 2)),
        ("--3", 3),
    ],
)
def test_parse(text: str, expr: Expr) -> None:
    assert parse(text) == expr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it ends where a number or a name is expected"),
        ("a +", "it ends where a number or a name is expected"),
        ("a b", "unexpected 'b'"),
        ("2a", "unexpected 'a'"),
        ("* a", r"unexpected '\*'"),
        ("a)", r"unexpected '\)'"),
        ("(a", "a parenthesis is not closed"),
        ("a / b", r"only integers, names, \$params and \+ - \* // may stand in it"),
        ("a ** b", r"unexpected '\*'"),
        ("$", "only integers"),
        ("1.5", "only integers"),
        ("٣", "only integers"),
        ("f(a)", r"unexpected '\('"),
        ("1" * 5000, "a size is at most 9223372036854775807, not 111111111111111111111111…"),
        (str(LARGEST + 1), "a size is at most 9223372036854775807, not 9223372036854775808"),
        ("(" * 5000, r"at most 100 numbers, names and signs; '\(\(\("),
        ("a+" * 60 + "a", "at most 100 numbers, names and signs; "),
    ],
)
def test_what_is_no_size(text: str, message: str) -> None:
    with pytest.raises(SizeError, match=message):
        parse(text)


def test_names_come_in_the_order_of_the_text() -> None:
    assert [*names(parse("$b * (a - 1) // a"))] == ["$b", "a", "a"]


# -------------------------------------------------------------------------------- printing and reading


@given(expressions())
@example(Op("-", 0, Op("-", 0, Name("a"))))
@example(Op("-", 0, 5))
@example(Op("*", Op("-", 0, Op("*", Name("a"), -1)), -2))
@example(Op("-", Op("-", 0, Name("a")), Op("-", 0, Op("+", Name("a"), 1))))
def test_what_prints_reads_back(expr: Expr) -> None:
    assert parse(str(expr)) == expr


@pytest.mark.parametrize(
    "text", ["$dim * 4", "time - 1", "-a", "a - (b - c)", "a // (b * c)", "-(a + b)", "--a", "0 - 5"]
)
def test_what_people_write_prints_as_they_wrote_it(text: str) -> None:
    assert str(parse(text)) == text


texts = st.recursive(
    st.sampled_from(["1", "a", "$b"]),
    lambda inner: (
        inner.map("( {} )".format)
        | inner.map("- {}".format)
        | st.tuples(inner, st.sampled_from(["+", "-", "*", "//"]), inner).map(" ".join)
    ),
    max_leaves=8,
)


@given(texts)
def test_what_reads_prints_in_no_more_words(text: str) -> None:
    """So a size that was short enough to be read is short enough to be read again after it was saved."""
    spaces = str.maketrans({sign: f" {sign} " for sign in "+-*()"})
    printed = str(parse(text)).replace("//", " / ").translate(spaces)
    assert len(printed.split()) <= len(text.split())


# ------------------------------------------------------------------------------------------ arithmetic


def value(expr: Expr, given_values: Mapping[str, Size]) -> Size:
    return evaluate(expr, lambda name: given_values[name])


def integer(expr: Expr, given_values: Mapping[str, int]) -> int:
    """What Python makes of the expression; no example where something is divided by zero."""
    if isinstance(expr, int):
        return expr
    if isinstance(expr, Name):
        return given_values[expr.text]
    left, right = integer(expr.left, given_values), integer(expr.right, given_values)
    assume(expr.op != "//" or right != 0)
    return {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "//": left.__floordiv__}[expr.op](right)


@given(small, values)
def test_substituting_names_is_calculating_with_integers(expr: Expr, given_values: dict[str, int]) -> None:
    expected = integer(expr, given_values)
    assume(abs(expected) <= LARGEST)
    assert value(expr, given_values) == expected
    assert substitute(evaluate(expr, symbol), given_values) == expected


@given(small, values, st.sets(st.sampled_from(NAMES)))
def test_names_may_be_substituted_in_two_steps(
    expr: Expr, given_values: dict[str, int], first: set[str]
) -> None:
    expected = integer(expr, given_values)
    known: dict[str, int] = {name: given_values[name] for name in first}
    assert substitute(substitute(evaluate(expr, symbol), known), given_values) == expected


@given(small)
def test_a_size_prints_as_an_expression_of_itself(expr: Expr) -> None:
    try:
        size = evaluate(expr, symbol)
    except SizeError:  # it divides by zero
        assume(False)
        return
    assert evaluate(expression(size), symbol) == size


polynomials = expressions(st.sampled_from(NAMES).map(Name), st.integers(-4, 12), operations="+-*")


@given(polynomials, polynomials, polynomials)
def test_equal_polynomials_are_one_value(a: Expr, b: Expr, c: Expr) -> None:
    x, y, z = (evaluate(each, symbol) for each in (a, b, c))
    assert x + y == y + x
    assert x * y == y * x
    assert (x + y) + z == x + (y + z)
    assert (x * y) * z == x * (y * z)
    assert x * (y + z) == x * y + x * z
    assert x - y + y == x
    assert hash(x + y) == hash(y + x)


@given(polynomials, st.integers(-9, 9).filter(bool), st.sampled_from(NAMES))
def test_what_was_multiplied_divides_out(expr: Expr, factor: int, name: str) -> None:
    size = evaluate(expr, symbol)
    assert size * factor // factor == size
    assert size * (symbol(name) * factor) // (symbol(name) * factor) == size


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dim + hidden", "hidden + dim"),
        ("dim - dim", "0"),
        ("dim * heads // heads", "dim"),
        ("(time - 1) // 2 + 1", "(time + 1) // 2"),
        ("time // 2 // 2", "time // 4"),
        ("dim * 2 // 4", "dim // 2"),
        ("-dim // -heads", "dim // heads"),
        ("(dim + heads) // (heads + dim)", "1"),
        ("0 // dim", "0"),
    ],
)
def test_two_ways_to_write_one_size(one: str, other: str) -> None:
    assert evaluate(parse(one), symbol) == evaluate(parse(other), symbol)


@pytest.mark.parametrize(
    ("one", "other"),
    [("dim // 2 * 2", "dim"), ("dim", "$dim"), ("dim", "1"), ("time // 2", "(time + 1) // 2")],
)
def test_sizes_that_differ(one: str, other: str) -> None:
    assert evaluate(parse(one), symbol) != evaluate(parse(other), symbol)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1 + time", "time + 1"),
        ("3 * dim", "dim * 3"),
        ("0 - (time // 2)", "-(time // 2)"),
        ("batch - time // 2", "batch - time // 2"),
        ("(time // 3) * 2", "(time // 3) * 2"),
        ("time // 3 // heads", "(time // 3) // heads"),
    ],
)
def test_sizes_print_as_people_write(text: str, printed: str) -> None:
    assert str(evaluate(parse(text), symbol)) == printed


def test_the_names_of_a_size() -> None:
    size = evaluate(parse("time * dim // heads + batch"), symbol)
    assert isinstance(size, Symbolic)
    assert sorted(size.atoms()) == ["batch", "dim", "heads", "time"]


# ---------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize("text", ["dim // 0", "dim // (dim - dim)", "3 // 0"])
def test_dividing_by_zero(text: str) -> None:
    with pytest.raises(SizeError, match="divides by zero"):
        evaluate(parse(text), symbol)


def test_dividing_by_zero_shows_when_the_value_is_known() -> None:
    size = evaluate(parse("dim // heads"), symbol)
    with pytest.raises(SizeError, match="'dim // heads' divides by zero"):
        substitute(size, {"heads": 0})
    with pytest.raises(SizeError, match="divides by zero"):
        _ = size // 0


def test_operators_work_with_integers_on_either_side() -> None:
    dim = symbol("dim")
    assert 2 * dim == dim + dim
    assert 3 - dim == -1 * dim + 3
    assert substitute(7 // dim, {"dim": 2}) == 3


@pytest.mark.parametrize("start", [symbol("dim") + 1, symbol("dim") // symbol("heads") + 3, 10**9])
def test_squaring_without_end_is_refused(start: Size) -> None:
    """What squares its width in each of 40 nested blocks has a size of 2 ** 40 digits or factors."""
    square = parse("x * x // 2 + x")

    def squared(size: Size) -> Size:
        return evaluate(square, {"x": size}.__getitem__)

    with pytest.raises(SizeError, match=r"a size (is|holds) at most"):
        reduce(lambda size, _: squared(size), range(40), start)


def test_a_number_that_outgrows_its_bits_is_refused() -> None:
    with pytest.raises(SizeError, match="a size is at most 9223372036854775807"):
        substitute(symbol("dim") * symbol("dim"), {"dim": 10**10})
    with pytest.raises(SizeError, match="a size is at most 9223372036854775807"):
        evaluate(parse("dim * 9223372036854775807 * 2"), symbol)
