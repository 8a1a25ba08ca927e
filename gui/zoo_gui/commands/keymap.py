"""Which keys call which command: the defaults, and what a person changed in ``keys.json``.

{"file.save": "Ctrl+S", "view.fit": ["F", "Home"], "edit.duplicate": ""}

A command that the file does not name keeps its keys, but for those that the file gives to another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from PySide6.QtGui import QKeySequence

from zoo.errors import did_you_mean
from zoo_gui.commands.command import Command

Keys = dict[str, tuple[str, ...]]


def read_keys(file: Path, commands: Iterable[Command]) -> tuple[Keys, list[str]]:
    """The keys of every command by its id, and a sentence for everything in the file that is no good."""
    keys: Keys = {command.id: command.keys for command in commands}
    try:
        found: object = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return keys, []
    except (OSError, ValueError) as error:
        return keys, [f"{file} cannot be read: {error}; the usual keys hold"]
    if not isinstance(found, Mapping):
        return keys, [f'{file} is to hold {{"command": "keys"}}; the usual keys hold']
    faults: list[str] = []
    for id, value in cast(Mapping[str, object], found).items():
        words = _words(value)
        if id not in keys:
            faults.append(f"{file}: there is no command '{id}'{did_you_mean(str(id), keys)}")
        elif words is None:
            faults.append(f"{file}: '{id}' has keys such as \"Ctrl+Shift+P\", got {json.dumps(value)}")
        else:
            keys[id] = words
    given = {id for id in cast(Mapping[str, object], found) if id in keys}
    wanted = {QKeySequence(word).toString() for id in given for word in keys[id]}
    for id in keys.keys() - given:  # whoever changes keys takes them from whom they belonged to
        keys[id] = tuple(word for word in keys[id] if QKeySequence(word).toString() not in wanted)
    return keys, faults + clashes(keys)


def _words(value: object) -> tuple[str, ...] | None:
    """The keys that a value names, none for an empty text; None when there are no such keys."""
    words = cast(list[object], value) if isinstance(value, list) else [value]
    if not all(isinstance(word, str) and (not word or QKeySequence(word).toString()) for word in words):
        return None
    return tuple(str(word) for word in words if word)


def clashes(keys: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A sentence for each key that calls two commands, of which neither would come."""
    owners: dict[str, str] = {}
    found: list[str] = []
    for id, words in keys.items():
        for word in words:
            normal = QKeySequence(word).toString()
            if normal in owners:
                found.append(f"{normal} calls one command, and is given to '{owners[normal]}' and '{id}'")
            owners.setdefault(normal, id)
    return found


def shown_keys(words: Iterable[str]) -> str:
    """Keys as menus show them."""
    return ", ".join(QKeySequence(word).toString(QKeySequence.SequenceFormat.NativeText) for word in words)
