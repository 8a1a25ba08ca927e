"""What is known of a run beforehand: its task, how far it is, what its model is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zoo.errors import ZooError

Asks = Literal["", "prompt", "sentences", "files"]


@dataclass(frozen=True, slots=True)
class Known:
    """A run: ``asks`` is what its model is given to write, empty where it writes nothing; ``trouble`` says
    why nothing is known. ``goes_on`` says whether it can be continued.
    """

    run: str
    task: str = ""
    about: str = ""
    asks: Asks = ""
    trouble: str = ""
    goes_on: bool = False


def runs_of(folder: Path) -> list[str]:
    """The runs beside a graph's file, the newest first."""
    from zoo.training.folder import BEST

    found = sorted(folder.glob(f"runs/*/{BEST}"), key=lambda file: -file.stat().st_mtime)
    return [str(file.parent.relative_to(folder)) for file in found]


def look_at(run: str, folder: Path) -> Known:
    """Read what a run says of itself. It takes as long as reading its weights."""
    from zoo.tasks import find_task
    from zoo.training.checkpoint import read_checkpoint
    from zoo.training.folder import LAST

    try:
        header = read_checkpoint(folder / run).header
        decoding = find_task(header.task).decoding
    except ZooError as error:
        return Known(run, trouble=str(error))
    loss = (
        "" if header.validation_loss is None else f", validation {header.validation_loss:.3f} {header.unit}"
    )
    path = folder / run
    goes_on = path.is_file() or (path / LAST).is_file()
    asks: Asks = ""
    if decoding is not None:
        asks = "prompt" if not decoding.start else "sentences" if "source" in decoding.given else "files"
    return Known(run, header.task, f"{header.task}, step {header.step:,}{loss}", asks, goes_on=goes_on)
