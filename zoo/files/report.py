"""Reading single values of the marked tree, and reporting their problems.

Bad input raises no exception: each method returns what it could read, otherwise None or an empty collection,
and counts errors in ``slips``, so that a caller knows whether an entry is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias, TypeVar

from zoo.errors import did_you_mean
from zoo.files.scalars import resolve
from zoo.files.source import Source
from zoo.files.text import WordError, shown
from zoo.files.tree import Broken, Marked, Scalar, Sequence
from zoo.files.tree import Mapping as MarkedMapping
from zoo.files.words import check_name
from zoo.problems import Place, Problem, Severity

T = TypeVar("T")

Entries: TypeAlias = Mapping[str, tuple[Scalar, Marked]]

MOST = 200
"""The number of problems after which the rest of a file is not read."""


class EnoughError(Exception):
    """There are too many problems to continue."""


class Reporter:
    """Collects the problems of a source; ``path`` is the path of the node that is being read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.path = ""
        self.slips = 0

    def report(self, code: str, message: str, remedy: str, at: int, severity: Severity = "error") -> None:
        """Add a problem at an offset of the text; raises EnoughError if there are too many."""
        self.slips += 1
        if len(self.problems) == MOST:
            raise EnoughError
        self.problems.append(Problem(severity, code, message, remedy, self.path, self.source.at(at)))

    def in_order(self, complete: bool) -> tuple[Problem, ...]:
        """The problems in file order; if they are not ``complete``, the last one says so."""
        found = sorted(self.problems, key=lambda problem: problem.place or Place("", 0, 0))
        if not complete:
            message = f"the file has more problems than these {MOST}, and the rest of it was not read"
            found.append(Problem("error", "too-many", message, "mend these first", "", found[-1].place))
        return tuple(found)

    # -------------------------------------------------------------------------------------------- collections

    def entries(self, node: Marked, what: str, code: str = "kind") -> Entries:
        """The entries of a mapping; an empty value (``nodes:``) counts as an empty mapping."""
        if isinstance(node, MarkedMapping):
            return node.entries
        if not is_null(node):
            self.wrong_kind(node, f"{what} is a mapping", "write {name: value}", code)
        return {}

    def items(self, node: Marked, what: str, remedy: str = "") -> list[Marked]:
        """The items of a list."""
        if isinstance(node, Sequence):
            return node.items
        self.wrong_kind(node, f"{what} is a list", remedy)
        return []

    def known(
        self,
        entries: Entries,
        allowed: Collection[str],
        what: str,
        guess: Callable[[str, Collection[str]], str] = did_you_mean,
    ) -> None:
        """Report every key that is not one of ``allowed``; ``guess`` finds what was meant."""
        for name, (key, _) in entries.items():
            if name not in allowed:
                hint = glued(name, allowed) or guess(name, allowed)
                remedy = "" if hint else f"its keys are {', '.join(allowed)}"
                self.report("key-unknown", f"{what} has no key '{shown(name)}'{hint}", remedy, key.start)

    # -------------------------------------------------------------------------------------------------- words

    def name(self, key: Scalar, what: str) -> bool:
        """Whether a key is a valid name."""
        try:
            check_name(key.text, what)
        except WordError as error:
            self.report("name", error.message, error.remedy, key.start)
            return False
        return True

    def word(
        self, node: Marked, parse: Callable[[str], T], what: str, code: str, remedy: str = ""
    ) -> T | None:
        """A text, parsed; ``what`` begins the message for other values (``'use' is text``)."""
        value = self.scalar(node, code)
        if isinstance(value, str):
            try:
                return parse(value)
            except WordError as error:
                self.report(code, error.message, error.remedy, node.start)
        elif value is not BAD:
            self.wrong_kind(node, what, remedy, code)
        return None

    def scalar(self, node: Marked, code: str = "value") -> object:
        """The value of a scalar; BAD if it has been reported; for a collection, the node itself."""
        if not isinstance(node, Scalar):
            if isinstance(node, Broken):
                self.slips += 1
                return BAD
            return node
        if node.style:
            return node.text
        try:
            return resolve(node.text)
        except WordError as error:
            self.report(code, error.message, error.remedy, node.start)
            return BAD

    def flag(self, node: Marked, what: str) -> bool:
        """``true`` or ``false``."""
        value = self.scalar(node)
        if isinstance(value, bool):
            return value
        if value is not BAD:
            self.wrong_kind(node, f"{what} is true or false", "write one of these, without quotes")
        return False

    def wrong_kind(self, node: Marked, sentence: str, remedy: str = "", code: str = "kind") -> None:
        """Report that the value at ``node`` is not what ``sentence`` requires."""
        if isinstance(node, Broken):
            self.slips += 1
        else:
            if is_null(node) and remedy in {"", "quote it"}:
                remedy = "write one, or remove the line"
            self.report(code, f"{sentence}, got {describe(node)}", remedy, node.start)


class _Bad:
    """The value of a scalar whose error has been reported."""


BAD = _Bad()


def is_null(node: Marked) -> bool:
    """Whether a value is empty or ``~``."""
    return isinstance(node, Scalar) and not node.style and node.text in {"", "~", "null", "Null", "NULL"}


def describe(node: Marked) -> str:
    """A noun phrase for a value: ``a list``, ``the number 3``."""
    if isinstance(node, MarkedMapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Broken):
        return "something broken"
    try:
        value = node.text if node.style else resolve(node.text)
    except WordError:
        value = node.text
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"'{node.text}'"
    return f"'{shown(value)}'" if isinstance(value, str) else f"the number {node.text}"


def glued(name: str, allowed: Collection[str]) -> str:
    """A hint for a key that contains its value, because a space is missing: ``use:pack/layer``."""
    key, colon, value = name.partition(":")
    return f" (did you mean '{key}: {shown(value)}', with a space?)" if colon and key in allowed else ""
