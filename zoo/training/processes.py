"""Several processes that share a run, started by ``torchrun``; a single process needs none of this."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from zoo.errors import ChoiceError
from zoo.training.options import Options


@dataclass(frozen=True, slots=True)
class Processes:
    """This process among those that share the run."""

    rank: int = 0
    world: int = 1
    local: int = 1
    """The number of processes on this machine."""

    @property
    def writes(self) -> bool:
        """Whether this process writes the checkpoints: the first does."""
        return self.rank == 0

    def shards(self, options: Options) -> bool:
        """Whether the weights are sharded."""
        return self.world > 1 and options.strategy == "fsdp"

    def any(self, flag: bool, device: torch.device) -> bool:
        """Whether the flag is set in any process: they stop, measure and save together."""
        if self.world == 1:
            return flag
        votes = torch.tensor(float(flag), device=device)
        dist.all_reduce(votes)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
        return bool(votes > 0)

    def total(self, values: Tensor) -> Tensor:
        """The sum over all processes, detached."""
        values = values.detach().clone()
        if self.world > 1:
            dist.all_reduce(values)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
        return values


def processes() -> Processes:
    """This process among the others, from the environment that ``torchrun`` sets."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return Processes()
    rank, world, local = (int(os.environ[name]) for name in ("RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE"))
    return Processes(rank, world, local)


def check(options: Options, among: Processes) -> None:
    """Raise ChoiceError for options that several processes cannot share, or that need several."""
    world, strategy = among.world, options.strategy
    if strategy != "auto" and world == 1 and "TORCHELASTIC_RUN_ID" not in os.environ:
        message = (
            f"the strategy {strategy} shares a run between processes, which torchrun starts: "
            f"torchrun --nproc-per-node 2 -m zoo train ... --strategy {strategy}"
        )
        raise ChoiceError({"strategy": message})
    if world > 1 and (faults := _unshared(options, world)):
        raise ChoiceError(faults)


def _unshared(options: Options, world: int) -> dict[str, str]:
    """The options that a number of processes cannot share, and why."""
    faults: dict[str, str] = {}
    if options.batch % world:
        faults["batch"] = (
            f"{world} processes share a batch evenly, and {options.batch} is not a multiple of that; take "
            f"--batch {-(-options.batch // world) * world}"
        )
    if options.minutes is not None:
        faults["minutes"] = (
            "several processes have several clocks, so that they cannot end by --minutes; take --steps or "
            "--epochs"
        )
    if options.strategy == "fsdp" and options.precision == "16":
        faults["precision"] = (
            "the loss scaling of precision 16 does not work on sharded weights (fsdp); take --precision bf16"
        )
    if options.carry:
        faults["carry"] = "states are carried by a single process; leave out --carry, or torchrun"
    return faults


def arguments(among: Processes, device: str, options: Options) -> dict[str, Any]:
    """The arguments of Fabric that follow."""
    from lightning.fabric.plugins.environments.lightning import LightningEnvironment
    from lightning.fabric.plugins.environments.torchelastic import TorchElasticEnvironment
    from lightning.fabric.strategies.ddp import DDPStrategy
    from lightning.fabric.strategies.model_parallel import ModelParallelStrategy

    from zoo.training.sharding import shard_learner

    if "TORCHELASTIC_RUN_ID" not in os.environ:
        # A single process, even where a cluster has set its variables.
        return {"devices": 1, "plugins": [LightningEnvironment()]}
    backend = "nccl" if device == "cuda" else "gloo"
    if among.shards(options):
        # Lightning's FSDPStrategy is FSDP1 and needs GPUs; this one uses fully_shard, on any device.
        strategy = ModelParallelStrategy(
            shard_learner,
            data_parallel_size=among.world,
            tensor_parallel_size=1,
            process_group_backend=backend,
        )
    else:
        # Some parameters may not take part in a step, such as experts that no token was routed to.
        strategy = DDPStrategy(process_group_backend=backend, find_unused_parameters=True)
    return {
        "devices": among.local,
        "num_nodes": among.world // among.local,
        "strategy": strategy,
        "plugins": [TorchElasticEnvironment()],
    }
