"""Errors in user code: reported with file and line instead of a traceback."""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from zoo.errors import ImportingError
from zoo.importing.naming import is_theirs


@contextmanager
def foreign(remedy: str) -> Generator[None]:
    """Context manager: convert any exception of user code, even ``sys.exit``, into an ImportingError."""
    try:
        yield
    except ImportingError:
        raise
    except SystemExit as error:
        raise ImportingError(
            f"{_place(error)}Python is left (exit code {error.code}) where a module is made; "
            'put what a program does under `if __name__ == "__main__":`'
        ) from error
    except SyntaxError as error:
        place = f"{Path(error.filename).name}:{error.lineno}: " if error.filename else ""
        raise ImportingError(f"{place}{type(error).__name__}: {error.msg}; mend it there") from error
    except Exception as error:
        raise ImportingError(f"{_place(error)}{_said(error)}; {remedy}") from error


def _place(error: BaseException) -> str:
    """File and line, with a colon: in the user's code if possible, otherwise in what it calls."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if is_theirs(each.filename)]
    installed = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
    own = [each for each in frames if not each.filename.startswith(installed)]
    for each in (own or frames)[-1:]:
        return f"{Path(each.filename).name}:{each.lineno}: "
    return ""


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
