"""The output files of commands: missing folders are created, existing files overwritten only with --force."""

from __future__ import annotations

import os
from pathlib import Path

import click

from zoo.errors import FileError

force_option = click.option("--force", is_flag=True, help="Overwrite existing files.")


def claim(*files: Path, force: bool) -> None:
    """Check, and create folders for, output files in advance; FileError if one of them cannot be written."""
    for path in files:
        if path.is_dir():
            raise FileError(f"'{path}' is a folder; name a file in it")
        if not force and os.path.lexists(path):
            raise FileError(f"'{path}' exists already; name another place, or overwrite it with --force")
    for folder in dict.fromkeys(path.parent for path in files):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise FileError(f"the folder '{folder}' cannot be made: {reason}; name another place") from None
        if not os.access(folder, os.W_OK):
            raise FileError(f"there is no permission to write in the folder '{folder}'; name another place")
