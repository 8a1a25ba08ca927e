"""Beginning with weights that were learned before: each goes to the parameter of its name."""

from __future__ import annotations

from torch import nn

from zoo.errors import TrainingError
from zoo.training.checkpoint import Checkpoint


def take_over(model: nn.Module, saved: Checkpoint) -> str:
    """Give a model the weights of a checkpoint that it has by name, and say in a sentence which these were.

    What only the model has keeps its new weights, and what only the checkpoint has is left there. Raises
    TrainingError when there is no common name, or when weights of one name differ in shape.
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
        there, here = tensor.shape, own[name].shape
        if there != here:
            raise TrainingError(
                f"'{name}' is {_size(there)} in {saved.name} and {_size(here)} in the model; "
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


def _size(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) if shape else "one number"
