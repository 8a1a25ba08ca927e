"""The captions of a folder of pictures, in the usual formats."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple, cast

from zoo.errors import TrainingError
from zoo.tasks.text import read_text
from zoo_tasks.tables import Table, columns, read_table

TABLES = ("captions.tsv", "captions.csv", "captions.jsonl", "metadata.csv", "metadata.jsonl")
"""Tables with a row per caption; the last two are those of Hugging Face's image folders."""
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
_FILE, _CAPTION = ("file", "file_name", "image"), ("caption", "text")


class Captioned(NamedTuple):
    """A caption, the file of its picture, and where it was read: a file, with the line if it has lines."""

    picture: Path
    caption: str
    place: str


def read_captions(folder: Path) -> tuple[list[Captioned], str]:
    """The captions of the pictures in a folder, and a hash of them.

    Captions are in a table (``TABLES``), a ``captions*.json`` as in COCO, or a ``.txt`` beside each picture.
    Pictures are in the folder or a subfolder. Raises TrainingError if there are no captions.
    """
    if not folder.is_dir():
        raise TrainingError(f"there is no folder {folder} of pictures")
    table = next((folder / name for name in TABLES if (folder / name).is_file()), None)
    document = next(iter(sorted(folder.glob("captions*.json"))), None)
    if table is not None:
        rows, lines, digest = _table(table)
        places = [f"{table}:{line}" for line in lines]
    elif document is not None:
        rows, digest = _coco(document)
        places = [str(document)] * len(rows)
    else:
        return _beside(folder)
    return [
        Captioned(_picture(folder, name), caption, place)
        for (name, caption), place in zip(rows, places, strict=True)
    ], digest


def _table(path: Path) -> Table:
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
        "".join(caption for _, caption in rows).encode()  # no halves of surrogate pairs
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        missing = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise TrainingError(
            f"{path} is to hold captions as COCO has them, `images` with id and file_name, and `annotations` "
            f"with image_id and caption: {missing}"
        ) from None
    return cast("list[tuple[str, ...]]", rows), hashlib.sha256(text.encode()).hexdigest()


def _beside(folder: Path) -> tuple[list[Captioned], str]:
    """Captions in separate files: those of ``cat.png`` are in ``cat.txt``, one per line."""
    found: list[Captioned] = []
    for picture in sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES):
        told = picture.with_suffix(".txt")
        if told.is_file():
            lines = enumerate(read_text(told)[0].split("\n"), 1)
            found += [
                Captioned(picture, said, f"{told}:{line}") for line, each in lines if (said := each.strip())
            ]
    if not found:
        raise TrainingError(
            f"a folder of pictures has one of {', '.join(TABLES)} with file and caption, a captions.json as "
            f"of COCO, or a .txt beside each picture, and {folder} has none"
        )
    told = "\n".join(f"{each.picture.relative_to(folder)}\t{each.caption}" for each in found)
    return found, hashlib.sha256(told.encode()).hexdigest()


def _picture(folder: Path, name: str) -> Path:
    """The file of a picture, in the folder or in a subfolder."""
    places = [folder / name, *(each / name for each in sorted(folder.iterdir()) if each.is_dir())]
    return next((place for place in places if place.is_file()), places[0])
