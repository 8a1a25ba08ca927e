"""Reading tables: CSV and TSV with a header, and JSONL with one object per line."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from zoo.errors import TrainingError, did_you_mean
from zoo.tasks.text import read_text

JSON_LINES = (".jsonl", ".ndjson")


def read_table(
    path: str, fields: tuple[str, ...], *, remedy: str = "rename them"
) -> tuple[list[tuple[str, ...]], str]:
    """The named fields of every row, and a hash of the file. A TSV without a header has the fields in this
    order.

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
    if not rows:
        raise TrainingError(f"there is nothing to learn in {path}: it has the names of columns, and no rows")
    return rows, digest


def columns(path: str) -> list[str]:
    """The names of a table's columns; without a header, the fields of its first row."""
    first, suffix = read_text(path)[0].partition("\n")[0], Path(path).suffix.lower()
    if suffix in JSON_LINES:
        try:
            entry: Any = json.loads(first)
        except ValueError:
            return []  # reading the table reports the line
        return [*cast("dict[str, Any]", entry)] if isinstance(entry, dict) else []
    return next(csv.reader([first]), [""]) if suffix == ".csv" else first.split("\t")


def _json_lines(path: str, text: str, fields: tuple[str, ...]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for number, line in enumerate(text.split("\n"), 1):  # other line separators of Unicode are text
        if not line.strip():
            continue
        try:
            entry: Any = json.loads(line)
        except ValueError as error:
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
        rows.append(tuple(str(found[field]) for field in fields))
    return rows


def _separated(path: str, text: str, fields: tuple[str, ...], remedy: str, by: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    places: list[int] | None = None
    names: list[str] = []
    for line, row in _comma_separated(path, text) if by == "," else _tab_separated(text):
        if places is None:
            if set(fields) <= set(row):
                places, names = [row.index(field) for field in fields], row
                continue
            if by == "," or len(row) < len(fields) or set(fields) & set(row):
                hint = "".join(did_you_mean(field, row) for field in fields if field not in row)
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
        rows.append(tuple(row[place] for place in places))
    return rows


def _tab_separated(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with their lines."""
    return ((line, row.split("\t")) for line, row in enumerate(text.split("\n"), 1) if row)


def _comma_separated(path: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with the lines on which they begin."""
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
