"""``zoo caption``: a trained model says what pictures show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import device_option, examples, json_option
from zoo.cli.lines import output_options, writing
from zoo.cli.searching import (
    drawing_of,
    facts,
    line_of,
    search_of,
    search_options,
    tell_obstacle,
)
from zoo.errors import FileError

if TYPE_CHECKING:
    from zoo.decoding.texts import Text
    from zoo.training.options import Device

PICTURES = {".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}
"""The files of a folder that are taken for pictures; a file that is named may have any ending."""


@click.command(
    short_help="Describe pictures with a trained model.",
    epilog=examples(
        "zoo caption runs/captioner three.png",
        "zoo caption runs/captioner photos --beam 8 --best 3",
        "zoo caption runs/captioner photos --json -o captions.json",
    ),
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.argument(
    "pictures", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True, metavar="PICTURE..."
)
@search_options("picture")
@output_options
@device_option
@json_option
def caption(
    checkpoint: Path,
    pictures: tuple[Path, ...],
    output: Path | None,
    force: bool,
    device: Device,
    batch: int,
    seed: int,
    as_json: bool,
    **how: Any,
) -> None:
    """Write a caption for each PICTURE, a file or a folder of them, by beam search with a trained model.

    Each line is one of a captions.tsv: file and caption, or with --best file, score and caption. Captions are
    written batch by batch, as soon as they are ready, so that Ctrl-C loses none. Pictures are scaled to the
    size of those in training, and converted to grey if those were.
    """
    from zoo.decoding.texts import Author

    search = search_of(how)
    files = [file for path in pictures for file in pictures_of(path)]
    author = Author.load(checkpoint, device)
    found: list[list[Text]] = []

    def document() -> list[dict[str, Any]]:
        return [
            {"file": str(file), "texts": [facts(each) for each in texts]}
            for file, texts in zip(files, found, strict=False)
        ]

    with writing("pictures", len(files), output, force=force, document=document if as_json else None) as pen:
        captions = author.captions(files, search, batch=batch, **drawing_of(how, seed))
        for file, texts in zip(files, captions, strict=True):
            found.append(texts)
            pen.done(*(f"{file}\t{line_of(each, how)}" for each in texts))
    tell_obstacle(author.obstacle)


def pictures_of(path: Path) -> list[Path]:
    """A file itself; of a folder the pictures in it, by name."""
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.iterdir() if each.suffix.lower() in PICTURES)
    if not found:
        raise FileError(f"a folder holds pictures ({', '.join(sorted(PICTURES))}), and {path} has none")
    return found
