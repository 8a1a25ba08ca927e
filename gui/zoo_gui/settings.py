"""What a person chose, kept between sessions in a folder of their own: one JSON file, another for keys."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from PySide6.QtCore import QStandardPaths

from zoo.errors import FileError
from zoo.files import write_text

_log = logging.getLogger(__name__)
_MOST_RECENT = 12


def settings_folder() -> Path:
    """Where settings lie: the system's place for them, or the folder that ZOO_SETTINGS names."""
    named = os.environ.get("ZOO_SETTINGS")
    place = QStandardPaths.StandardLocation.AppConfigLocation
    return Path(named) if named else Path(QStandardPaths.writableLocation(place))


class Choices(BaseModel):
    """The settings; what is unknown (of another version) is passed over."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    theme: str = ""
    """The name of a theme; empty follows the system."""
    text_size: int = 0
    """Points; 0 is the system's."""
    recent: tuple[str, ...] = ()
    favourites: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    """Folders of single-file packs."""
    geometry: str = ""
    panels: str = ""


class Settings:
    """The settings of a folder. ``trouble`` says what could not be read; the file is set aside then, so that
    nothing of it is lost.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or settings_folder()
        self.trouble = ""
        self.choices = self._read()

    @property
    def file(self) -> Path:
        """The file of the choices."""
        return self.folder / "settings.json"

    @property
    def keys_file(self) -> Path:
        """The file of changed keys: ``{"file.save": "Ctrl+S"}``."""
        return self.folder / "keys.json"

    @property
    def journal_folder(self) -> Path:
        """Where unsaved work is kept."""
        return self.folder / "journal"

    def change(self, **choices: object) -> None:
        """Choose, and keep it; a disk that refuses is told in the log and forgotten at the end."""
        self.choices = self.choices.model_copy(update=choices)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_text(self.file, self.choices.model_dump_json(indent=2))
        except (OSError, FileError) as error:
            _log.info("settings are not kept: %s", error)

    def opened(self, path: Path) -> None:
        """Note that a file was opened or saved."""
        name = str(path.resolve())
        others = [each for each in self.choices.recent if each != name]
        self.change(recent=(name, *others)[:_MOST_RECENT])

    def _read(self) -> Choices:
        try:
            return Choices.model_validate_json(self.file.read_bytes())
        except FileNotFoundError:
            return Choices()
        except (OSError, ValidationError) as error:
            aside = self.file.with_suffix(".broken.json")
            why = f"the settings could not be read ({str(error).partition(chr(10))[0]})"
            self.trouble = f"{why}; they are kept as {aside}, and new ones begin"
            try:
                self.file.replace(aside)
            except OSError as refused:
                self.trouble = f"{why}, nor set aside ({refused})"
            return Choices()
