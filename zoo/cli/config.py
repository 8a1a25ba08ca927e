"""``zoo train --config train.yaml``: the options of a command as a file, each fault with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from zoo.errors import FileError, did_you_mean
from zoo.files.compose import compose
from zoo.files.disk import read_text
from zoo.files.text import Lines
from zoo.files.tree import Mapping, Marked, Scalar


def read_config(path: Path, command: click.Command) -> dict[str, Any]:
    """Defaults for a command's parameters, by their names. FileError tells all that is wrong.

    Keys are the options without dashes in front (``weight-decay`` or ``weight_decay``); ``with``, ``set`` and
    ``port`` hold names and values. Files are looked for where the command is called, as in the command.
    """
    text = read_text(path)
    tree = compose(text)
    lines = Lines(text)
    faults: list[tuple[int, str]] = [(flaw.at, f"{flaw.message}; {flaw.remedy}") for flaw in tree.flaws]
    values: dict[str, Any] = {}
    known = {
        _key(param): param for param in command.params if _key(param) not in {"config", "resume", "help"}
    }
    if isinstance(tree.root, Mapping):
        for word, (key, value) in tree.root.entries.items():
            param = known.get(word.replace("_", "-"))
            if param is None:
                hint = did_you_mean(word, known)
                faults.append((key.start, f"there is no option '{word}'{hint}; it has {', '.join(known)}"))
            elif (read := _value(param, value, faults)) is not None:
                values[str(param.name)] = read
    elif not faults:
        faults.append((0, "it holds options, a line each, as in `steps: 500`"))
    if faults:
        placed = [(*lines.position(at), said) for at, said in sorted(faults)]
        raise FileError("\n".join(f"{path}:{line}:{column}: {said}" for line, column, said in placed))
    return values


def _key(param: click.Parameter) -> str:
    return param.opts[0].removeprefix("--")


def _value(param: click.Parameter, value: Marked, faults: list[tuple[int, str]]) -> Any:
    if isinstance(value, Mapping) and param.multiple:
        return [
            f"{name}={each.text}" for name, (_, each) in value.entries.items() if isinstance(each, Scalar)
        ]
    if isinstance(value, Scalar) and not param.multiple:
        return value.text
    shown = "names and values, as in {layers: 2}" if param.multiple else "one value"
    faults.append((value.start, f"'{_key(param)}' holds {shown}"))
    return None
