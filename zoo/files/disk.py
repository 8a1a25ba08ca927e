"""Opening graph files, and the files that they use.

``use: other.yaml#block`` names a file relative to the one that says so. Folders above (``..``) may be
named, since projects share blocks between folders; absolute paths, home folders and addresses may not,
since they mean something else on the next computer. Every file is read once. Nothing but ordinary files
of a bounded size is opened, and nothing in them is executed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from zoo.errors import FileError, GraphError, did_you_mean
from zoo.files.reader import Reading, read
from zoo.files.source import TreePath
from zoo.files.text import Lines, shown
from zoo.files.words import split_use
from zoo.graph import Frozen, Graph, Node, Reuse, Scan
from zoo.problems import Place, Problem, has_errors

LARGEST = 8 * 2**20
"""How many bytes a graph file may have: enough for a hundred thousand nodes."""

DEEPEST = 40
"""How many files may use each other in a row."""


def load(path: str | os.PathLike[str]) -> Graph:
    """Load a graph file and the files that it uses.

    Raises FileError when the file is missing, a directory, too large or not readable, and GraphError with
    every problem that reading finds. What reading cannot know (layers, shapes, wires) is for
    ``zoo.check`` to say.
    """
    return _whole(read_path(path))


def loads(text: str, folder: str | os.PathLike[str] | None = None) -> Graph:
    """Load a graph from a text, as ``load`` does; other files that it uses are looked for in ``folder``."""
    opener = _Opener()
    graph = opener.complete(read(text), None if folder is None else Path(folder), "")
    return _whole(Reading(graph, tuple(opener.problems), frozenset(opener.dropped)))


def read_path(path: str | os.PathLike[str]) -> Reading:
    """Read a graph file and the files that it uses, with the problems of all of them.

    FileError when the file itself cannot be read; files that it uses and that cannot be read are problems
    of the line that uses them.
    """
    name = os.fspath(path)
    opener = _Opener()
    graph = opener.open(Path(name), name)
    return Reading(graph, tuple(opener.problems), frozenset(opener.dropped))


def _whole(reading: Reading) -> Graph:
    if has_errors(reading.problems):
        raise GraphError(reading.problems)
    return reading.graph


class _Opener:
    """Opens files and what they use, each once. ``_way`` are the files from the first to the present one."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.dropped: set[str] = set()
        self._done: dict[str, Graph] = {}
        self._way: dict[str, str] = {}

    def open(self, path: Path, name: str) -> Graph:
        """The graph of a file; ``name`` is how the user would call it."""
        identity = os.path.realpath(path)
        if identity in self._way:
            circle = [*self._way.values()][[*self._way].index(identity) :]
            raise FileError(
                f"files use each other in a circle: {' -> '.join([*circle, name])}; "
                "move what they share into a file of its own"
            )
        if len(self._way) == DEEPEST:
            raise FileError(f"at most {DEEPEST} files use each other in a row; '{name}' would be one more")
        if identity not in self._done:
            self._way[identity] = name
            folder = name[: len(name) - len(path.name)]
            self._done[identity] = self.complete(_decoded(read_bytes(path, name), name), path.parent, folder)
            del self._way[identity]
        return self._done[identity]

    def complete(self, reading: Reading, folder: Path | None, shown_folder: str) -> Graph:
        """The graph of a reading with the files that it uses, which lie relative to ``folder``."""
        self.problems += reading.problems
        self.dropped |= reading.dropped
        files: dict[str, Graph] = {}
        failed: set[str] = set()
        for use, scope, path in _uses(reading.graph):
            name = split_use(use)[0]
            if name in files or name in failed:
                continue
            try:
                files[name] = self._used(name, folder, shown_folder)
            except FileError as error:
                failed.add(name)
                self.dropped.add(name)
                source = reading.graph.source
                place = None if source is None else source.place(path)
                self.problems.append(Problem("error", "file", str(error), "", scope, place))
        return replace(reading.graph, files=Frozen(files)) if files else reading.graph

    def _used(self, name: str, folder: Path | None, shown_folder: str) -> Graph:
        if folder is None:
            raise FileError(f"'{shown(name)}' lies relative to a file, and this text is in none")
        return self.open(folder / name, shown_folder + name)


def _uses(graph: Graph) -> Iterator[tuple[str, str, TreePath]]:
    """Every use of another file: the word, the path of the node and the way to the word in the file."""
    yield from _uses_in(graph.nodes, "", ("nodes",))
    for name, block in graph.blocks.items():
        yield from _uses_in(block.nodes, f"#{name}", ("blocks", name, "nodes"))


def _uses_in(nodes: Mapping[str, Node], scope: str, path: TreePath) -> Iterator[tuple[str, str, TreePath]]:
    for name, node in nodes.items():
        if isinstance(node, Scan):
            inner = f"{scope}.{name}" if scope else name
            yield from _uses_in(node.nodes, inner, (*path, name, "scan", "nodes"))
        elif not isinstance(node, Reuse) and "#" in node.use:
            yield node.use, f"{scope}.{name}" if scope else name, (*path, name, "use")


# -----------------------------------------------------------------------------------------------------------
# bytes


def read_bytes(path: Path, name: str) -> bytes:
    """The content of an ordinary file of at most ``LARGEST`` bytes; FileError says why there is none."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise FileError(f"'{name}' is a directory; name a graph file in it")
        if not stat.S_ISREG(status.st_mode):
            raise FileError(f"'{name}' is not an ordinary file")
        if status.st_size > LARGEST:
            raise FileError(_too_large(name, status.st_size))
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise FileError(f"there is no file '{name}'{_neighbours(path)}") from None
    except PermissionError:
        raise FileError(f"'{name}' may not be read; ask for the permission, or copy the file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise FileError(f"'{shown(name)}' cannot be read: {reason}") from None
    if len(data) > LARGEST:
        raise FileError(_too_large(name, len(data)))
    return data


def _too_large(name: str, size: int) -> str:
    return (
        f"a graph file has at most {LARGEST // 2**20} MiB, '{name}' has {size / 2**20:.1f} MiB; "
        "say with 'repeat' and 'blocks' what repeats itself"
    )


def _neighbours(path: Path) -> str:
    try:
        names = [entry.name for entry in os.scandir(path.parent) if entry.name.endswith((".yaml", ".yml"))]
    except OSError:
        return ""
    return did_you_mean(path.name, names)


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a file as it is, line breaks and byte order mark included.

    FileError when it cannot be read, GraphError when it is not UTF-8.
    """
    name = os.fspath(path)
    decoded = _decode(read_bytes(Path(name), name), name)
    if isinstance(decoded, Problem):
        raise GraphError([decoded])
    return decoded


def _decoded(data: bytes, name: str) -> Reading:
    decoded = _decode(data, name)
    if isinstance(decoded, Problem):
        return Reading(Graph(name=""), (decoded,), frozenset())
    return read(decoded, name)


def _decode(data: bytes, name: str) -> str | Problem:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in data[:4]:
        message = "a graph file is UTF-8 text, and this looks like UTF-16 or UTF-32"
        return Problem("error", "encoding", message, _SAVE_AS, "", Place(name, 1, 1))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        message = f"a graph file is UTF-8 text, and the byte 0x{data[error.start]:02X} here is not"
        place = Place(name, *Lines(before).position(len(before)))
        return Problem("error", "encoding", message, _SAVE_AS, "", place)


_SAVE_AS = "save it again with the encoding UTF-8"
