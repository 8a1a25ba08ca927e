"""Numbers and dates in the words of two languages: built-in data for translation.

num2words spells numbers, babel dates; both belong to the extra ``tasks``.
"""

from __future__ import annotations

import datetime as dt
import random

from zoo.errors import TrainingError
from zoo_tasks.extras import extra

_PAIRS = "the built-in pairs (without --with file=, source_file=, target_file=) are made by"


def numbers_and_dates(count: int, source: str, target: str, seed: int = 0) -> list[tuple[str, str]]:
    """Generate distinct pairs of a number or a date in two languages (``en``, ``de``, …).

    Raises TrainingError for a language that one of the libraries does not know, or without the libraries.
    """
    draw = random.Random(seed)  # noqa: S311 - examples, no secrets
    pairs: dict[str, str] = {}
    while len(pairs) < count:
        if draw.random() < 0.5:
            number = draw.randrange(10 ** draw.randint(2, 6))
            pairs[_number(number, source)] = _number(number, target)
        else:
            day = dt.date.fromordinal(draw.randrange(657_438, 767_010))  # 1801 to 2100
            pairs[_date(day, source)] = _date(day, target)
    return list(pairs.items())


def _number(number: int, language: str) -> str:
    library = extra("num2words", f"{_PAIRS} num2words")
    try:
        return str(library.num2words(number, lang=language))
    except NotImplementedError:
        raise TrainingError(
            f"num2words does not know the language '{language}'; take en, de, fr, …"
        ) from None


def _date(day: dt.date, language: str) -> str:
    dates, babel = extra("babel.dates", f"{_PAIRS} babel"), extra("babel", f"{_PAIRS} babel")
    try:
        return str(dates.format_date(day, "full", locale=language))
    except (babel.UnknownLocaleError, ValueError):
        raise TrainingError(f"babel does not know the language '{language}'; take en, de, fr, …") from None
