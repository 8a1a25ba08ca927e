"""Pictures with captions: a folder of your own, handwritten digits, or drawn shapes.

A picture has the shape channels × height × width and values from 0 to 1.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from zoo.errors import TrainingError
from zoo_tasks.captions import read_captions
from zoo_tasks.extras import extra

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
COLOURS = {
    "red": (1.0, 0.1, 0.1),
    "green": (0.1, 0.8, 0.1),
    "blue": (0.2, 0.2, 1.0),
    "yellow": (1.0, 0.9, 0.1),
}
SHAPES = ("circle", "square", "triangle")
SIDE = 16
"""The side of a drawn picture, in pixels."""
DIGIT = 8
"""The side of a digit, in pixels."""
DEEP = {"I": 65535, "F": 1}
"""The largest values of grey pictures by the beginning of their mode in pillow: I;16, I;16B, I and F."""

Picture = Float[Tensor, "channels height width"]


def forms(picture: Picture, patch: int) -> dict[str, Tensor]:
    """A picture by the ports that take one: all pixels (``image``), ``rows`` from the top, and square
    ``patches`` of ``patch`` pixels in reading order, padded with black.
    """
    channels, height, width = picture.shape
    filled = F.pad(picture, (0, -width % patch, 0, -height % patch))
    squares = F.unfold(filled.unsqueeze(0), patch, stride=patch)[0].T
    rows = picture.transpose(0, 1).reshape(height, channels * width)
    return {"image": picture.flatten(), "rows": rows, "patches": squares}


def digits() -> list[tuple[Picture, str]]:
    """The 1,797 handwritten digits of scikit-learn, 8 × 8 pixels, each with its name."""
    datasets = extra("sklearn.datasets", "the digits are scikit-learn's (or take --with pictures=shapes)")
    images, labels = datasets.load_digits(return_X_y=True)
    return [
        (torch.tensor(image, dtype=torch.float32).view(1, DIGIT, DIGIT) / 16, WORDS[int(label)])
        for image, label in zip(images, labels, strict=True)
    ]


def shapes(count: int, seed: int = 0) -> list[tuple[Picture, str]]:
    """Two coloured shapes, one above the other: "a small red circle above a large blue square"."""
    draw = random.Random(seed)  # noqa: S311 - examples, no secrets
    return [_drawn(draw) for _ in range(count)]


def _drawn(draw: random.Random) -> tuple[Picture, str]:
    picture = torch.ones(3, SIDE, SIDE)
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    said: list[str] = []
    for top in (0, SIDE // 2):
        shape, colour, large = draw.choice(SHAPES), draw.choice(list(COLOURS)), draw.random() < 0.5
        radius = 3.5 if large else 2.0
        y, x = rows - (top + 3.5), columns - draw.uniform(4, SIDE - 5)
        inside = {
            "circle": x**2 + y**2 <= radius**2,
            "square": (x.abs() <= radius * 0.9) & (y.abs() <= radius * 0.9),
            "triangle": (y.abs() <= radius) & (2 * x.abs() <= y + radius),
        }[shape]
        picture[:, inside] = torch.tensor(COLOURS[colour])[:, None]
        said.append(f"a {'large' if large else 'small'} {colour} {shape}")
    return picture, " above ".join(said)


def read_picture(path: Path, side: int, *, colours: bool = False) -> Picture:
    """Read a picture from a file, scaled to ``side`` × ``side`` pixels, in colour (RGB) or grey.

    It is turned as its EXIF orientation says, and put on white where it is transparent. Raises TrainingError
    for a file that is not a picture, and for one whose values have no known range.
    """
    pil = extra("PIL.Image", "pictures are read by pillow")
    try:
        with pil.open(path) as opened:
            small = _plain(opened, path).convert("RGB" if colours else "L").resize((side, side))
    # Pillow's own errors are OSErrors, but its decoders raise others.
    except (OSError, ValueError, SyntaxError, pil.DecompressionBombError) as error:
        raise TrainingError(f"cannot read the picture {path}: {error}") from None
    pixels = torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8)
    return pixels.view(side, side, -1).permute(2, 0, 1).float() / 255


def _plain(opened: Any, path: Path) -> Any:
    """An opened picture upright, opaque, and with values from 0 to 255."""
    upright = extra("PIL.ImageOps", "pictures are read by pillow").exif_transpose(opened)
    if most := next((most for mode, most in DEEP.items() if upright.mode.startswith(mode)), None):
        grey = upright.convert("F")
        low, high = grey.getextrema()
        if not 0 <= low <= high <= most:
            raise TrainingError(
                f"a grey picture with more than 8 bits has values from 0 to {most}, and those of {path} go "
                f"from {low:g} to {high:g}; scale them, or save it with 8 bits"
            )

        def scaled(value: Any) -> Any:  # pillow's own conversion would clip at 255 instead
            return value * (255 / most) + 0.5

        return grey.point(scaled).convert("L")
    if not upright.has_transparency_data:
        return upright
    drawn = upright.convert("RGBA")
    ground = extra("PIL.Image", "pictures are read by pillow").new("RGBA", drawn.size, "white")
    ground.alpha_composite(drawn)
    return ground


def folder(path: Path, side: int, *, colours: bool = False) -> tuple[list[tuple[Picture, str]], str]:
    """The pictures of a folder (see ``read_picture``) with their captions (see ``read_captions``), and a hash
    of the captions. A picture with several captions is a single object.
    """
    rows, digest = read_captions(path)
    pictures: dict[Path, Picture] = {}
    for file, _, place in rows:
        try:
            if file not in pictures:
                pictures[file] = read_picture(file, side, colours=colours)
        except TrainingError as error:
            raise TrainingError(f"{place}: {error}") from None
    return [(pictures[file], caption) for file, caption, _ in rows], digest
