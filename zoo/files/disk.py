"""Reading and writing files.

Only regular files of a bounded size are read. Writing is atomic: the text goes to a temporary file in the
same folder, which then replaces the old one. If writing fails (a full disk, a kill, a power failure), the old
file is unchanged. Permission bits are kept, and links are followed. A killed process leaves a hidden
temporary file, which the next write to the same file removes.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from zoo import arguments
from zoo.errors import FileError, GraphError, did_you_mean
from zoo.files.text import LARGEST, Lines, shown
from zoo.problems import Place, Problem

_STALE = 600
"""The number of seconds without a change after which a temporary file counts as abandoned."""

UNFINISHED = ".new"
"""The suffix of temporary files."""


def real_path(path: Path, name: str) -> str:
    """The path with links resolved, which identifies a file."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError) as error:
        raise FileError(f"'{shown(name)}' cannot be read: {error}") from None


def read_bytes(path: Path, name: str) -> bytes:
    """The content of a regular file of at most ``LARGEST`` bytes; raises FileError if it cannot be read."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            run = any(path.glob("*.safetensors"))
            remedy = (
                "name a graph file; it holds a run, which `zoo show`, eject, export and probe take"
                if run
                else "name a graph file in it"
            )
            raise FileError(f"'{name}' is a directory; {remedy}")
        if not stat.S_ISREG(status.st_mode):
            raise FileError(f"'{name}' is not an ordinary file")
        if status.st_size > LARGEST:
            raise FileError(_too_large(name, status.st_size))
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise FileError(f"there is no file '{name}'{_neighbours(path)}{_library(path)}") from None
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


def _library(path: Path) -> str:
    """A hint for a name that may mean a graph of the library."""
    if path.suffix or path.name != str(path):
        return ""
    name = shown(path.name)
    return f"; if it is a graph of the library: zoo.registry().graphs['{name}'], or zoo graphs copy {name}"


def read_text(path: str | os.PathLike[str], what: str = "a graph file") -> str:
    """The text of a file, with its line breaks and byte order mark unchanged; ``what`` is its name in errors.

    Raises FileError if it cannot be read, and GraphError if it is not UTF-8.
    """
    name = arguments.path(path)
    decoded = decode(read_bytes(Path(name), name), name, what)
    if isinstance(decoded, Problem):
        raise GraphError([decoded])
    return decoded


def decode(data: bytes, name: str, what: str = "a graph file") -> str | Problem:
    """The text of a file's bytes, or what is wrong with its encoding."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in data[:4]:
        message = f"{what} is UTF-8 text, and this looks like UTF-16 or UTF-32"
        return Problem("error", "encoding", message, _SAVE_AS, "", Place(name, 1, 1))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        message = f"{what} is UTF-8 text, and the byte 0x{data[error.start]:02X} here is not"
        place = Place(name, *Lines(before).position(len(before)))
        return Problem("error", "encoding", message, _SAVE_AS, "", place)


_SAVE_AS = "save it again with the encoding UTF-8"


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text as it is, in UTF-8; raises FileError on failure, and leaves the old file unchanged."""
    name = arguments.path(path)
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise _unwritten(name, error) from None
    if len(data) > LARGEST:
        raise FileError(f"a graph file has at most {LARGEST // 2**20} MiB, '{name}' would have more")
    write_bytes(name, data)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file; raises FileError on failure, and leaves the old file unchanged."""
    name = arguments.path(path)
    try:
        with replacing(Path(os.path.realpath(name))) as unfinished:
            unfinished.write_bytes(data)
    except (OSError, ValueError) as error:
        raise _unwritten(name, error) from None


def _unwritten(name: str, error: OSError | ValueError) -> FileError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return FileError(f"'{name}' cannot be written: {reason}; it is as it was before")


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """Context manager: a temporary file that atomically replaces ``path`` when the block succeeds.

    If the block raises, or the disk fails (OSError), ``path`` is unchanged and the temporary file is removed.
    """
    mode, prefix = _mode(path), f".{path.name[:100]}."
    _sweep(path.parent, prefix)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=UNFINISHED)
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        with unfinished.open("r+b") as file:
            os.fsync(file.fileno())
        unfinished.chmod(mode)
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
    _sync_folder(path.parent)


def _sweep(folder: Path, prefix: str) -> None:
    """Remove abandoned temporary files of killed processes that were writing the same file."""
    ours = re.compile(rf"{re.escape(prefix)}[a-z0-9_]{{8}}{re.escape(UNFINISHED)}")  # as mkstemp names them
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if ours.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    if time.time() - entry.stat(follow_symlinks=False).st_mtime > _STALE:
                        Path(entry.path).unlink()


def _mode(path: Path) -> int:
    """The permission bits of the old file, or the default ones of a new file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not an ordinary file")
    return stat.S_IMODE(status.st_mode)


def _sync_folder(folder: Path) -> None:
    """Sync the folder, so that the replacement survives a power failure (POSIX only)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
