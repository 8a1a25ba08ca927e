"""Starting from pretrained weights, which are matched to parameters by name."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from torch import Tensor, nn

from zoo import arguments
from zoo.errors import TrainingError
from zoo.training.checkpoint import Checkpoint, read_checkpoint
from zoo.training.extra import require
from zoo.training.graphs import sizes


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by name, without a graph, and the file that they were read from."""

    weights: dict[str, Tensor]
    name: str


def read_pretrained(path: str | Path) -> Checkpoint | Weights:
    """A checkpoint, or a safetensors file that holds only weights, such as `zoo import` writes.

    Raises CheckpointError for anything else.
    """
    require("safetensors")
    from safetensors import SafetensorError, safe_open

    if Path(arguments.path(path, "pretrained", "runs/gpt")).is_file():
        try:
            with cast(AbstractContextManager[Any], safe_open(path, framework="pt")) as opened:
                if "zoo" not in (opened.metadata() or {}):
                    return Weights({name: opened.get_tensor(name) for name in opened.keys()}, str(path))  # noqa: SIM118  # it is no dict
        except (OSError, SafetensorError):
            pass  # reading it as a checkpoint raises the error
    return read_checkpoint(path)


def take_over(model: nn.Module, saved: Checkpoint | Weights) -> str:
    """Load the weights that a model has by name; returns a sentence about which those are.

    Parameters that only the model has keep their initial values; weights that only the file has are ignored.
    Raises TrainingError when no names match, or when weights of one name differ in shape.
    """
    own = model.state_dict()
    common = {name: tensor for name, tensor in saved.weights.items() if name in own}
    if not common:
        raise TrainingError(
            f"no weight of {saved.name} has a name that the model knows: there are "
            f"{_listed([*saved.weights])} there and {_listed([*own])} here; nodes that go on learning keep "
            "their names"
        )
    for name, tensor in common.items():
        if tensor.shape != own[name].shape:
            raise TrainingError(
                f"'{name}' is {sizes(tensor)} in {saved.name} and {sizes(own[name])} in the model; "
                "give both the same sizes (--set), or rename the node here to learn it anew"
            )
    model.load_state_dict(common, strict=False)
    new = [name for name in own if name not in common]
    left = [name for name in saved.weights if name not in common]
    words = [f"{len(common)} weights are those of {saved.name}"]
    words += [f"new: {_listed(new)}"] if new else []
    words += [f"left there: {_listed(left)}"] if left else []
    return "; ".join(words)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
