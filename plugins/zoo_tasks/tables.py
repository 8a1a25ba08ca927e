"""Reading tables: CSV and TSV with a header, and JSONL with one object per line."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeAlias, cast

from zoo.errors import TrainingError, did_you_mean
from zoo.tasks.text import read_text

JSON_LINES = (".jsonl", ".ndjson")


class Table(NamedTuple):
    """The fields of every row, the lines on which the rows begin, and a hash of the file."""

    rows: list[tuple[str, ...]]
    lines: list[int]
    digest: str


Rows: TypeAlias = Iterator[tuple[int, tuple[str, ...]]]
"""The fields of rows, with their lines."""


def read_table(path: str, fields: tuple[str, ...], *, remedy: str = "rename them") -> Table:
    """The named fields of a table. A TSV without a header has the fields in this order.

    Raises TrainingError that says which line is wrong and why, and for a table without rows; ``remedy`` says
    what to do if columns have other names.
    """
    text, _ = read_text(path)
    digest = hashlib.sha256(text.encode()).hexdigest()
    suffix = Path(path).suffix.lower()
    if suffix in JSON_LINES:
        rows = _json_lines(path, text, fields)
    elif suffix not in {".csv", ".tsv", ".txt"}:
        raise TrainingError(f"examples come as .csv, .tsv or .jsonl, and {path} is none of them; rename it")
    else:
        rows = _separated(path, text, fields, remedy, "," if suffix == ".csv" else "\t")
    table = Table([], [], digest)
    for line, row in rows:
        table.rows.append(row)
        table.lines.append(line)
    if not table.rows:
        raise TrainingError(f"there is nothing to learn in {path}: it has the names of columns, and no rows")
    return table


def columns(path: str) -> list[str]:
    """The names of a table's columns; without a header, the fields of its first row."""
    first, suffix = read_text(path)[0].partition("\n")[0], Path(path).suffix.lower()
    if suffix in JSON_LINES:
        try:
            entry: Any = json.loads(first)
        except (ValueError, RecursionError):
            return []  # reading the table reports the line
        return [*cast("dict[str, Any]", entry)] if isinstance(entry, dict) else []
    return next(csv.reader([first]), [""]) if suffix == ".csv" else first.split("\t")


def _json_lines(path: str, text: str, fields: tuple[str, ...]) -> Rows:
    for number, line in enumerate(text.split("\n"), 1):  # other line separators of Unicode are text
        if not line.strip():
            continue
        try:
            entry: Any = json.loads(line, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise TrainingError(
                f"{path}:{number}: a line is a JSON object, and this is none: {error}"
            ) from None
        if not isinstance(entry, dict):
            raise TrainingError(f"{path}:{number}: a line is a JSON object with {' and '.join(fields)}")
        found = cast("dict[str, Any]", entry)
        for field in fields:
            if field not in found:
                raise TrainingError(f"{path}:{number}: there is no '{field}'{did_you_mean(field, found)}")
            if found[field] is None or isinstance(found[field], dict | list):
                raise TrainingError(
                    f"{path}:{number}: '{field}' is text or a number, and here it is "
                    f"{json.dumps(found[field])[:40]}"
                )
            if isinstance(found[field], str) and not _is_unicode(found[field]):
                raise TrainingError(
                    f"{path}:{number}: '{field}' holds half of a surrogate pair (\\ud800 to \\udfff), "
                    "which is no character; write both halves, or leave it out"
                )
        yield number, tuple(_written(found[field]) for field in fields)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON; quote it if it is text")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _written(value: object) -> str:
    """A value of JSON as text: 1 and 1.0 are the same number."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _separated(path: str, text: str, fields: tuple[str, ...], remedy: str, by: str) -> Rows:
    places: list[int] | None = None
    names: list[str] = []
    for line, row in _comma_separated(path, text) if by == "," else _tab_separated(text):
        if places is None:
            if set(fields) <= set(row):
                if twice := [field for field in fields if row.count(field) > 1]:
                    raise TrainingError(
                        f"{path}:{line}: each column has a name of its own, and '{twice[0]}' names "
                        f"{row.count(twice[0])}; rename all but one"
                    )
                places, names = [row.index(field) for field in fields], row
                continue
            if by == "," or len(row) < len(fields) or set(fields) & set(row):
                missing = [f"no '{field}'{did_you_mean(field, row)}" for field in fields if field not in row]
                hint = f", so there is {' and '.join(missing)}"
                if by == "," and len(row) == 1 and ";" in row[0]:
                    hint = "; columns are parted by commas, not by semicolons"
                raise TrainingError(
                    f"{path}:{line}: the first line names the columns, {' and '.join(fields)} among them, "
                    f"and here it names {', '.join(row)}{hint}; {remedy}"
                )
            places = list(range(len(fields)))
        if len(row) <= max(places):
            raise TrainingError(
                f"{path}:{line}: {max(places) + 1} columns are needed, and here are {len(row)}"
            )
        if names and any(row[len(names) :]):
            quoted = "; a text with a comma in it stands in quotes" if by == "," else ""
            raise TrainingError(
                f"{path}:{line}: the first line names {len(names)} columns, and here are {len(row)}{quoted}"
            )
        yield line, tuple(row[place] for place in places)


def _tab_separated(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with their lines."""
    return ((line, row.split("\t")) for line, row in enumerate(text.split("\n"), 1) if row)


def _comma_separated(path: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with the lines on which they begin."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # else a field ends at 131,072 characters
    line, reader = 1, csv.reader(io.StringIO(text), strict=True)
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise TrainingError(
            f"{path}:{line}: what begins here is no CSV: {error}; a quoted text ends with a quote, and one "
            "within it is written twice"
        ) from None
