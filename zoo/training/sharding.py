"""FSDP: each process holds a shard of every weight, gradient and optimizer state.

The weights of a unit are gathered while the unit computes (``fully_shard``, FSDP2; Zhao et al. 2023, "PyTorch
FSDP"; the idea is ZeRO stage 3, Rajbhandari et al. 2020). The layers of a stack are units, the rest of the
model is another one. Checkpoints and results are gathered.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.tensor import DTensor, distribute_tensor

if TYPE_CHECKING:
    from zoo.training.module import Learner


def shard(model: nn.Module, mesh: DeviceMesh) -> None:
    """Shard a model's weights over the processes of a mesh, in place."""
    from torch.distributed.fsdp import fully_shard

    for unit in _units(model):
        fully_shard(unit, mesh=mesh)
    fully_shard(model, mesh=mesh)


def shard_learner(learner: Learner, mesh: DeviceMesh) -> Learner:
    """``shard`` the model in a learner, in the form that Fabric asks for."""
    shard(learner.model, mesh["data_parallel"])
    return learner


def _units(model: nn.Module) -> list[nn.Module]:
    """The outermost layers of a graph's stacks that do not share weights with other modules.

    Modules that are not called would not be gathered, such as the cells inside a recurrent layer, whose
    weights are passed to a kernel.
    """
    owned = {part for each in model.modules() if hasattr(each, "__zoo_spec__") for part in each.modules()}
    stacks = [each for each in model.modules() if isinstance(each, nn.ModuleList) and each not in owned]
    layers = list(dict.fromkeys(layer for stack in stacks for layer in stack))
    inner = {below for layer in layers for below in layer.modules() if below is not layer}
    outer = [layer for layer in layers if layer not in inner]
    holders = Counter(id(weight) for module in model.modules() for weight in module.parameters(recurse=False))
    within = [Counter(id(w) for m in layer.modules() for w in m.parameters(recurse=False)) for layer in outer]
    return [
        layer
        for layer, held in zip(outer, within, strict=True)
        if held and all(holders[weight] == count for weight, count in held.items())
    ]


def whole(tensor: Tensor) -> Tensor:
    """The full tensor, gathered in every process if it is sharded."""
    return cast(Any, tensor).full_tensor() if isinstance(tensor, DTensor) else tensor


def shared_as(tensor: Tensor, weight: Tensor) -> Tensor:
    """This process's shard of an optimizer state of a weight. Scalars are the same in every process."""
    if not isinstance(weight, DTensor) or not tensor.ndim:
        return tensor
    placed = tensor.to(weight.device)
    return distribute_tensor(placed, weight.device_mesh, weight.placements)


def outline(model: nn.Module) -> nn.Module:
    """A copy of a model without data, to be filled with the gathered weights."""
    return deepcopy(model).to("meta")


def filled(outline: nn.Module, model: nn.Module) -> nn.Module:
    """An outline with the gathered weights of a sharded model, on the CPU."""
    weights = {name: whole(tensor).cpu() for name, tensor in model.state_dict().items()}
    outline.to_empty(device=torch.device("cpu"))
    outline.load_state_dict(weights)
    return outline
