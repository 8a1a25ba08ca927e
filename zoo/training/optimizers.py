"""The optimizer of a run, and its state by parameter name, which makes resuming exact."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from zoo.training.options import Options
from zoo.training.sharding import shared_as, whole

Moments = dict[str, dict[str, Tensor]]


def trained(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that are trained, by name: all but the frozen ones."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def matrices_of(model: nn.Module) -> frozenset[str]:
    """The names of the parameters that weight decay applies to."""
    return frozenset(name for name, parameter in model.named_parameters() if parameter.ndim > 1)


def make_optimizer(
    parameters: Mapping[str, nn.Parameter], decayed: Collection[str], options: Options
) -> Optimizer:
    """AdamW, Adam or SGD; weight decay applies only to the parameters in ``decayed``."""
    matrices = [parameter for name, parameter in parameters.items() if name in decayed]
    vectors = [parameter for name, parameter in parameters.items() if name not in decayed]
    groups: list[dict[str, Any]] = [
        {"params": matrices, "weight_decay": options.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    # One kernel for all parameters; Lightning does not clip beside it in mixed precision.
    fused = options.precision == "32"
    if options.optimizer == "sgd":
        return SGD(groups, lr=options.learning_rate, momentum=options.beta1, fused=fused)
    kind = AdamW if options.optimizer == "adamw" else Adam
    return kind(groups, lr=options.learning_rate, betas=(options.beta1, options.beta2), fused=fused)


def states_of(options: Options) -> frozenset[str]:
    """The names of the tensors that the optimizer keeps for each parameter."""
    if options.optimizer == "sgd":
        return frozenset({"momentum_buffer"} if options.beta1 else ())
    return frozenset({"step", "exp_avg", "exp_avg_sq"})


def moments_of(optimizer: Optimizer, model: nn.Module) -> Moments:
    """The optimizer's state by parameter name, whole in every process."""
    state = optimizer.state
    return {
        name: {key: whole(value) for key, value in state[p].items() if isinstance(value, Tensor)}
        for name, p in model.named_parameters()
        if p in state
    }


def restore(optimizer: Optimizer, parameters: Mapping[str, nn.Parameter], moments: Moments) -> None:
    """Restore the state that ``moments_of`` returned."""
    # load_state_dict moves every tensor to its parameter's device and dtype.
    document = optimizer.state_dict()
    order = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    place = {id(parameter): index for index, parameter in enumerate(order)}
    document["state"] = {
        place[id(parameter)]: {key: shared_as(value, parameter) for key, value in states.items()}
        for name, states in moments.items()
        for parameter in [parameters[name]]
    }
    optimizer.load_state_dict(document)
