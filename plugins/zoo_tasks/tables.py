"""Examples in files of the usual formats: CSV and TSV with a line of names, JSONL with an object a line."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any, cast

from zoo.errors import TrainingError, did_you_mean
from zoo.tasks.text import read_text


def read_table(path: str, fields: tuple[str, ...]) -> tuple[list[tuple[str, ...]], str]:
    """The named fields of every row, and a hash of the file. A TSV without a line of names has the fields in
    this order.

    Raises TrainingError that names the line and the field that it lacks.
    """
    text, _ = read_text(path)
    digest = hashlib.sha256(text.encode()).hexdigest()
    suffix = Path(path).suffix.lower()
    if suffix in {".jsonl", ".ndjson"}:
        return _json_lines(path, text, fields), digest
    if suffix not in {".csv", ".tsv", ".txt"}:
        raise TrainingError(f"examples come as .csv, .tsv or .jsonl, and {path} is none of them; rename it")
    return _separated(path, text, fields, "," if suffix == ".csv" else "\t"), digest


def _json_lines(path: str, text: str, fields: tuple[str, ...]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for number, line in enumerate(text.splitlines(), 1):
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
        rows.append(tuple(str(found[field]) for field in fields))
    return rows


def _separated(path: str, text: str, fields: tuple[str, ...], by: str) -> list[tuple[str, ...]]:
    quoting = csv.QUOTE_MINIMAL if by == "," else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text), delimiter=by, quoting=quoting)
    rows: list[tuple[str, ...]] = []
    places: list[int] | None = None
    for row in reader:
        if not row:
            continue
        if places is None:
            if set(fields) <= set(row):
                places = [row.index(field) for field in fields]
                continue
            if by == "," or len(row) < len(fields):
                hint = "".join(did_you_mean(field, row) for field in fields if field not in row)
                raise TrainingError(
                    f"{path}:1: the first line names the columns, {' and '.join(fields)} among them, and "
                    f"here it names {', '.join(row)}{hint}; say with --with which columns they are"
                )
            places = list(range(len(fields)))
        if len(row) <= max(places):
            raise TrainingError(
                f"{path}:{reader.line_num}: {max(places) + 1} columns are needed, and here are {len(row)}"
            )
        rows.append(tuple(row[place] for place in places))
    return rows
