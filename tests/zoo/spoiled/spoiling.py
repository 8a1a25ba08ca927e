"""Files of the library to spoil, and the examination: one problem, at that line, in one exact sentence.

The files are two of the library's, as they are installed, and so are the layers. The docstring of each
spoiler is all that is said about what it spoils, behind the place. Where the mistake shows only on another
line, ``at`` is a piece of the text that ends there; where one mistake rightly has more than one
consequence, ``also`` are the codes of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tests.zoo.files.texts import TEXTS
from zoo.checker import check_file

Change: TypeAlias = Callable[[str], str]

SEQ2SEQ, TRANSFORMER = TEXTS["seq2seq_additive"], TEXTS["transformer"]

_SAY_WHAT_HOLDS = {"scan-state", "tie-shape"}
"""Two things do not agree, and only the author knows which of them is meant."""


@dataclass(frozen=True)
class Spoiler:
    """A change of a sound ``text``: on which line the problem is found, and what else is."""

    change: Change
    text: str
    at: str
    also: tuple[str, ...]

    @property
    def says(self) -> str:
        """The message about it."""
        return " ".join((self.change.__doc__ or "").split())

    def line(self, spoiled: str) -> int:
        """The line where ``at`` ends, without it the first that has changed."""
        if self.at:
            assert spoiled.count(self.at) == 1, (
                f"{self.at!r} stands {spoiled.count(self.at)} times in the text"
            )
            return spoiled[: spoiled.index(self.at) + len(self.at)].count("\n") + 1
        lines = zip(self.text.split("\n"), spoiled.split("\n"), strict=False)
        return next(number for number, (old, new) in enumerate(lines, 1) if old != new)


def spoil(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the text"
    return text.replace(old, new)


class Spoilers(dict[str, Spoiler]):
    """The spoilers of a file, by their names."""

    def __call__(self, text: str, at: str = "", also: tuple[str, ...] = ()) -> Callable[[Change], Change]:
        """Collect one: a decorator."""

        def collect(change: Change) -> Change:
            assert change.__name__ not in self
            self[change.__name__] = Spoiler(change, text, at, also)
            return change

        return collect

    def examine(self, name: str, folder: Path) -> None:
        """Spoil one thing in a file of ``folder``, and hear what is said of it."""
        spoiler = self[name]
        spoiled = spoiler.change(spoiler.text)
        with chdir(folder):  # so that files have short names
            Path("t.yaml").write_text(spoiled, encoding="utf-8")
            problems = check_file("t.yaml")
        says = [str(problem).partition(": ")[2] for problem in problems]
        assert spoiler.says in says, "\n".join(says)
        main = problems.pop(says.index(spoiler.says))
        assert main.place is not None
        assert (main.place.file, main.place.line) == ("t.yaml", spoiler.line(spoiled))
        assert [problem.code for problem in problems] == [*spoiler.also]
        assert main.severity == ("warning" if spoiler.says.startswith("warning: ") else "error")
        assert main.code
        remedied = main.remedy or any(sign in main.message for sign in ("did you mean", ", got ", "; "))
        assert remedied or main.code in _SAY_WHAT_HOLDS
