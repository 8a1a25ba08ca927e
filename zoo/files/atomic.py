"""Writing a file whole or not at all.

The text goes to a temporary file in the same folder, which then replaces the old file in one step. Whatever
happens while writing (a full disk, a kill, a power failure), the old file is there as it was. Permission bits
are kept, links followed.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from zoo.errors import FileError
from zoo.files.disk import LARGEST


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text as it is, in UTF-8; FileError when that fails, and then nothing has changed."""
    name = os.fspath(path)
    try:
        data = text.encode()
        if len(data) > LARGEST:
            raise FileError(f"a graph file has at most {LARGEST // 2**20} MiB, '{name}' would have more")
        _replace(Path(os.path.realpath(name)), data)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise FileError(f"'{name}' cannot be written: {reason}; it is as it was before") from None


def _replace(path: Path, data: bytes) -> None:
    mode = _mode(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(path.parent)


def _mode(path: Path) -> int:
    """The permission bits of the old file, or those that a new file gets."""
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
    """Make the new name last through a power failure, where the system can say so."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
