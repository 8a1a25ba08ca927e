"""``zoo caption``: a trained model says what pictures show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import examples, json_option, print_json
from zoo.cli.searching import device_option, facts, search_of, search_options, tell_obstacle
from zoo.errors import FileError

if TYPE_CHECKING:
    from zoo.training.options import Device

PICTURES = {".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}
"""What is a picture in a folder; a file that is named may have any ending."""


@click.command(
    short_help="Describe pictures with a trained model.",
    epilog=examples(
        "zoo caption runs/captioner three.png",
        "zoo caption runs/captioner photos --beam 8 --best 3",
        "zoo caption runs/captioner photos --json > captions.json",
    ),
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.argument(
    "pictures", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True, metavar="PICTURE..."
)
@search_options("picture")
@device_option
@json_option
def caption(
    checkpoint: Path,
    pictures: tuple[Path, ...],
    device: Device,
    batch: int,
    seed: int,
    as_json: bool,
    **how: Any,
) -> None:
    """Write a caption for each PICTURE, a file or a folder of them, by beam search on a trained model.

    The lines are those of a captions.tsv, file and caption, or file, score and caption with --best. A picture
    is made as large as those that the model has learned from, and grey where they were.
    """
    from zoo.decoding.texts import Author

    author = Author.load(checkpoint, device)
    files = [file for path in pictures for file in pictures_of(path)]
    found = author.caption(files, search_of(how), batch=batch, longest=how["longest"], seed=seed)
    tell_obstacle(author.obstacle)
    if as_json:
        print_json(
            [
                {"file": str(file), "texts": [facts(each) for each in texts]}
                for file, texts in zip(files, found, strict=True)
            ]
        )
        return
    for file, texts in zip(files, found, strict=True):
        for each in texts:
            score = "" if how["best"] == 1 else f"{each.found.score:.4f}\t"
            line = each.text.replace("\n", " ")  # which a tokenizer of bytes can write
            click.echo(f"{file}\t{score}{line}")


def pictures_of(path: Path) -> list[Path]:
    """A file itself; of a folder the pictures in it, by name."""
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.iterdir() if each.suffix.lower() in PICTURES)
    if not found:
        raise FileError(f"a folder holds pictures ({', '.join(sorted(PICTURES))}), and {path} has none")
    return found
