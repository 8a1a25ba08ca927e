"""Composing: a trained model writes a sequence of steps, each drawn after those before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zoo import arguments
from zoo.decoding.scorer import Stepwise, begin
from zoo.errors import ArgumentError, TrainingError
from zoo.files.texts import graph_of
from zoo.tasks import Composing, Task, find_ports, find_task, make_task
from zoo.training.checkpoint import read_checkpoint
from zoo.training.device import device_for
from zoo.training.graphs import restored
from zoo.training.options import Device


@dataclass(frozen=True, slots=True)
class Composition:
    """The steps that it began with, then those drawn. ``obstacle`` says why the model did not stream."""

    steps: Float[Tensor, "time features"]
    task: Composing
    obstacle: str = ""

    def save(self, path: str | Path) -> None:
        """Write it into a file of the task's format: music as MIDI."""
        self.task.write_steps(self.steps, Path(path))


def compose(
    checkpoint: str | Path,
    *,
    steps: int = 64,
    after: str | Path | None = None,
    temperature: float = 1.0,
    seed: int = 0,
    device: Device = "auto",
) -> Composition:
    """Have the model of a checkpoint write ``steps`` steps after those of the file ``after``, or after a step
    that the task begins with.

    Each step is drawn from the model's probabilities; a ``temperature`` below 1 keeps to what is likely, and
    0 takes the likeliest step. The same seed gives the same sequence. Raises CheckpointError if there is no
    checkpoint, TrainingError for a task whose models do not compose and for a file that cannot be read.
    """
    steps, seed = arguments.whole(steps, "steps", 1), arguments.seed(seed)
    if not temperature >= 0:
        raise ArgumentError(f"'temperature' must be a number of at least 0, not {temperature}")
    saved = read_checkpoint(checkpoint)
    header = saved.header
    kind: type[Task] = find_task(header.task)
    if not issubclass(kind, Composing):
        raise TrainingError(
            f"{saved.name} is of the task '{header.task}', whose models do not compose; those of music do"
        )
    task: Any = make_task(header.task, header.settings_here())
    begun = task.begin() if after is None else task.read_steps(Path(after))
    ports = find_ports(kind, graph_of(saved.document, saved.name), header.task, header.ports)
    ((source, scores),) = task.future.items()
    model = restored(saved).to(device_for(device)).eval()
    generator = torch.Generator().manual_seed(seed)  # on the CPU: a seed means the same on every device

    def draw(scored: Tensor) -> Tensor:
        return task.draw(scored.cpu().float(), temperature, generator)

    found, obstacle = _continued(model, begun, steps, draw, ports.inputs[source], ports.outputs[scores])
    return Composition(found, task, obstacle)


def _continued(
    model: nn.Module,
    begun: Tensor,
    steps: int,
    draw: Callable[[Tensor], Tensor],
    source: str,
    scores: str,
) -> tuple[Tensor, str]:
    """The steps with ``steps`` more, and why each was not computed only once, if so."""
    start = begin(model, source, batch=1)
    stream = start.scorer.stream if isinstance(start.scorer, Stepwise) else None
    device = next((each.device for each in model.parameters()), torch.device("cpu"))
    every = fresh = begun.unsqueeze(0)
    with torch.no_grad():
        for _ in range(steps):
            if stream is None:
                outputs: Any = model(**{source: every.to(device)})
            else:
                outputs, stream = stream.feed(fresh.to(device))
            scored = outputs if isinstance(outputs, Tensor) else getattr(outputs, scores)
            fresh = draw(scored[0, -1])[None, None]
            every = torch.cat([every, fresh], 1)
    return every[0], start.obstacle
