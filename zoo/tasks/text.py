"""Reading text: from a file, or the half megabyte of English that comes with every Python.

``pydoc_data.topics`` is what ``help("while")`` prints: the language reference as plain text. It needs no
download, so that the demo and the tests can train on real text. Its last tenth repeats parts of the rest (for
Python 3.11 about a fifth of it, counted in runs of 50 characters), as documentation does.
"""

from __future__ import annotations

import platform
import shlex
from pathlib import Path

from zoo.errors import TrainingError


def read_text(path: str | Path | None) -> tuple[str, str]:
    """A text and its name; without a path the built-in one. Line ends become single line feeds.

    Raises TrainingError for a file that cannot be read, is blank, or is not UTF-8 (with the position).
    """
    if path is None:
        return _built_in()
    file = Path(path)
    try:
        raw = file.read_bytes()
    except OSError as error:
        reason = "it is a folder" if file.is_dir() else (error.strerror or str(error))
        raise TrainingError(f"cannot read the text {file}: {reason}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        likely = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "WINDOWS-1252"
        raise TrainingError(
            f"a text must be UTF-8, but {file} has the byte 0x{raw[error.start]:02x} at offset {error.start} "
            f"(line {line}); convert it, for example: "
            f"iconv -f {likely} -t UTF-8 {shlex.quote(str(file))} > text.txt"
        ) from None
    if not text.strip():
        raise TrainingError(f"there is nothing to learn in {file}: it is {'blank' if text else 'empty'}")
    return text.replace("\r\n", "\n").replace("\r", "\n"), str(file)


def read_texts(path: str | Path | None) -> tuple[str, str]:
    """Like ``read_text``; a folder stands for all ``.txt`` files in it and its subfolders, sorted by name.

    Raises TrainingError for a folder without any, too.
    """
    folder = None if path is None else Path(path)
    if folder is None or not folder.is_dir():
        return read_text(path)
    files = sorted(folder.rglob("*.txt"))
    if not files:
        raise TrainingError(
            f"a folder of texts holds .txt files, and {folder} has none; name a file, or rename"
        )
    return "\n".join(read_text(file)[0] for file in files), str(folder)


def _built_in() -> tuple[str, str]:
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise TrainingError(
            "this Python comes without pydoc_data.topics, the built-in text; name your own: --text FILE"
        ) from None
    return "\n\n".join(topics.values()), f"pydoc_data.topics of Python {platform.python_version()}"
