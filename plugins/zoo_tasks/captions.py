"""The captions of a folder of pictures, in the usual formats."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, cast

from zoo.errors import TrainingError
from zoo.tasks.text import read_text
from zoo_tasks.tables import columns, read_table

TABLES = ("captions.tsv", "captions.csv", "captions.jsonl", "metadata.csv", "metadata.jsonl")
"""Tables with a row per caption; the last two are those of Hugging Face's image folders."""
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
_FILE, _CAPTION = ("file", "file_name", "image"), ("caption", "text")


def read_captions(folder: Path) -> tuple[list[tuple[Path, str]], str, str]:
    """Pairs of picture and caption in a folder; a hash of the captions; and the file that they are in.

    Captions are in a table (``TABLES``), a ``captions*.json`` as in COCO, or a ``.txt`` beside each picture.
    Pictures are in the folder or a subfolder. Raises TrainingError if there are no captions.
    """
    if not folder.is_dir():
        raise TrainingError(f"there is no folder {folder} of pictures")
    table = next((folder / name for name in TABLES if (folder / name).is_file()), None)
    document = next(iter(sorted(folder.glob("captions*.json"))), None)
    if table is not None:
        rows, digest = _table(table)
    elif document is not None:
        table = document
        rows, digest = _coco(document)
    else:
        return _beside(folder)
    return [(_picture(folder, name), caption) for name, caption in rows], digest, str(table)


def _table(path: Path) -> tuple[list[tuple[str, ...]], str]:
    there = columns(str(path))
    fields = tuple(next((name for name in names if name in there), names[0]) for names in (_FILE, _CAPTION))
    return read_table(str(path), fields)


def _coco(path: Path) -> tuple[list[tuple[str, ...]], str]:
    """Captions in the format of COCO (Lin et al. 2014): ``images`` with names, and their ``annotations``."""
    text, _ = read_text(path)
    try:
        document: Any = json.loads(text)
        names = {image["id"]: str(image["file_name"]) for image in document["images"]}
        rows = [(names[each["image_id"]], str(each["caption"]).strip()) for each in document["annotations"]]
    except (ValueError, KeyError, TypeError) as error:
        missing = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise TrainingError(
            f"{path} is to hold captions as COCO has them, `images` with id and file_name, and `annotations` "
            f"with image_id and caption: {missing}"
        ) from None
    return cast("list[tuple[str, ...]]", rows), hashlib.sha256(text.encode()).hexdigest()


def _beside(folder: Path) -> tuple[list[tuple[Path, str]], str, str]:
    """Captions in separate files: those of ``cat.png`` are in ``cat.txt``, one per line."""
    found: list[tuple[Path, str]] = []
    for picture in sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES):
        told = picture.with_suffix(".txt")
        if told.is_file():
            lines = read_text(told)[0].split("\n")
            found += [(picture, line.strip()) for line in lines if line.strip()]
    if not found:
        raise TrainingError(
            f"a folder of pictures has one of {', '.join(TABLES)} with file and caption, a captions.json as "
            f"of COCO, or a .txt beside each picture, and {folder} has none"
        )
    told = "\n".join(f"{picture.relative_to(folder)}\t{caption}" for picture, caption in found)
    return found, hashlib.sha256(told.encode()).hexdigest(), str(folder)


def _picture(folder: Path, name: str) -> Path:
    """The file of a picture, in the folder or in a subfolder."""
    places = [folder / name, *(each / name for each in sorted(folder.iterdir()) if each.is_dir())]
    return next((place for place in places if place.is_file()), places[0])
