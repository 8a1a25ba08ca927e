"""A checkpoint: one safetensors file with everything that makes up a model and, to resume it, its run.

    metadata  zoo       JSON: task, params, tokenizers, options, progress of the run, losses (``Header``)
              graph     the graph's YAML, including its comments
              files     JSON: the other files whose blocks the graph uses, by name (``Document``)
    tensors   NODE.PARAMETER                  the model's ``state_dict``
              optimizer/STATE/NODE.PARAMETER  the optimizer's state, in ``last.safetensors`` only
              carried/OUTPUT                  states carried from batch to batch, there too

Nothing is ever unpickled, and any safetensors reader opens the file. Being a single file, it is replaced
atomically.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from torch import Tensor

from zoo.checker.ranges import faults
from zoo.errors import ArgumentError, CheckpointError
from zoo.files.disk import replacing
from zoo.files.texts import Document
from zoo.training.extra import require
from zoo.training.folder import BEST, LAST, PRIVATE, find
from zoo.training.header import Header

_MOMENT, _CARRIED = "optimizer/", "carried/"


_FILES = TypeAdapter(dict[str, Document])


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint in memory."""

    header: Header
    document: Document
    weights: dict[str, Tensor]
    moments: dict[str, dict[str, Tensor]]
    states: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    name: str = "<checkpoint>"
    """The file it was read from."""


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint atomically. Raises CheckpointError when it cannot be written."""
    require("safetensors")
    from safetensors import SafetensorError
    from safetensors.torch import save_file  # pyright: ignore[reportUnknownVariableType] - it is typed in part

    tensors = dict(checkpoint.weights)
    for name, states in checkpoint.moments.items():
        tensors.update({f"{_MOMENT}{state}/{name}": tensor for state, tensor in states.items()})
    tensors.update({f"{_CARRIED}{name}": tensor for name, tensor in checkpoint.states.items()})
    metadata = {
        "zoo": checkpoint.header.model_dump_json(),
        "graph": checkpoint.document.text,
        "files": _FILES.dump_json(checkpoint.document.files).decode(),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # In a separate folder, because safetensors first writes to a temporary name that is not known here.
        with TemporaryDirectory(dir=path.parent, prefix=PRIVATE) as private, replacing(path) as unfinished:
            whole = Path(private, path.name)
            save_file(
                {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()},
                whole,
                metadata,
            )
            whole.replace(unfinished)
    except (OSError, SafetensorError) as error:
        before = "; the one before it is as it was" if path.exists() else ""
        raise CheckpointError(
            f"cannot write the checkpoint {path}: {_reason(error)}; make room, or name another folder{before}"
        ) from None


def read_checkpoint(path: str | Path, within: str = BEST, remedy: str = "") -> Checkpoint:
    """Read a checkpoint file, or the one called ``within`` in a run's folder.

    Raises CheckpointError for a file that is missing, truncated, or not a checkpoint. ``remedy`` says what to
    do about a damaged one; by default, to name the other checkpoint of the run.
    """
    require("safetensors")
    from safetensors import SafetensorError, safe_open

    file = find(path, within)
    try:
        with cast(AbstractContextManager[Any], safe_open(file, framework="pt")) as opened:
            metadata: dict[str, str] = opened.metadata() or {}
            names: list[str] = opened.keys()
            tensors: dict[str, Tensor] = {name: opened.get_tensor(name) for name in names}
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{file} is not a checkpoint, or not a whole one: {_reason(error)}; {remedy or _instead(file)}"
        ) from None
    try:
        header = Header.model_validate_json(metadata["zoo"])
        document = Document(text=metadata["graph"], files=_FILES.validate_json(metadata["files"]))
    except KeyError as error:
        raise CheckpointError(
            f"{file} is a safetensors file, but no checkpoint of `zoo train`: it has no {error}"
        ) from None
    except (ValidationError, ArgumentError) as error:
        said = faults(Header, error) if isinstance(error, ValidationError) else error
        newer = "; a newer layerzoo wrote it: update this one" if _is_newer(error) else ""
        raise CheckpointError(f"the header of {file} does not fit this version: {said}{newer}") from None
    weights: dict[str, Tensor] = {}
    moments: dict[str, dict[str, Tensor]] = {}
    states: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if name.startswith(_MOMENT):
            state, _, parameter = name.removeprefix(_MOMENT).partition("/")
            moments.setdefault(parameter, {})[state] = tensor
        elif name.startswith(_CARRIED):
            states[name.removeprefix(_CARRIED)] = tensor
        else:
            weights[name] = tensor
    return Checkpoint(header, document, weights, moments, states, str(file))


def _instead(file: Path) -> str:
    """What to name instead of a damaged checkpoint."""
    best, last = file.with_name(BEST), file.with_name(LAST)
    if file.name == BEST and last.exists():
        return f"the latest model of the run is {last}: name that"
    if file.name == LAST and best.exists():
        return (
            f"the best model of the run is {best}: name that, or begin a new run from it with --from {best}"
        )
    return "name a run's folder, or another checkpoint in it"


def _is_newer(error: ValidationError | ArgumentError) -> bool:
    """Whether all that is wrong with a header is what this version does not know."""
    return isinstance(error, ValidationError) and all(
        each["type"] == "extra_forbidden" or each["loc"] == ("format",)
        for each in error.errors(include_url=False)
    )


def _reason(error: Exception) -> str:
    """Why a file cannot be read or written, without the library's own prefix and error number."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return re.sub(r"^Error while \w+( header)?: (I/O error: )?| \(os error \d+\)$", "", str(error))
