"""The process in which a graph runs: ``python -m zoo_gui.running.worker``.

It reads one request as JSON from its input and writes a line of JSON for everything that happens:

    {"event": "facts", "text", "out", "baseline"}          what is about to happen; the loss to beat
    {"event": "step", "step", "progress", "loss", "speed", "item", "memory"}   at most twenty times a second
    {"event": "measured", "step", "train", "validation", "metrics"}
    {"event": "sample", "text"}                            what the model writes, also while it learns
    {"event": "done", "text", "figures"}                   the end, as a sentence and as figures
    {"event": "error", "text"}                             the end, and why

Whatever else is printed goes to the error output, which the editor shows as a log.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Literal, TextIO

from pydantic import BaseModel, ConfigDict

from zoo.errors import GraphError, ZooError
from zoo.files import loads
from zoo.graph import Graph
from zoo.values import Scalar

_PAUSE = 0.05


class Request(BaseModel):
    """What to run, and how.

    ``folder`` is where other files that the graph uses are looked for; ``settings`` are the task's;
    ``pretrained`` is a checkpoint to begin with; ``resume`` the folder of a run to go on with, by ``steps``
    more.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["trial", "train"]
    graph: str
    folder: str | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    sizes: dict[str, int] = {}
    task: str = "language_modelling"
    settings: dict[str, Scalar] = {}
    pretrained: str | None = None
    resume: str | None = None
    steps: int = 500
    batch: int = 32
    learning_rate: float = 3e-3
    text: str | None = None


class Teller:
    """Writes events to the real output, one a line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = 0.0

    def tell(self, event: str, **facts: object) -> None:
        """Write an event."""
        self._stream.write(json.dumps({"event": event, **facts}) + "\n")
        self._stream.flush()

    def step(self, step: int, progress: float, loss: float | None, **facts: object) -> None:
        """Write a step, unless one was written just now."""
        now = time.monotonic()
        if now - self._last >= _PAUSE or progress >= 1:
            self._last = now
            self.tell("step", step=step, progress=progress, loss=loss, **facts)


def main() -> int:
    """Read the request, do what it says; 1 when that failed."""
    teller = Teller(sys.stdout)
    sys.stdout = sys.stderr
    try:
        request = Request.model_validate_json(sys.stdin.buffer.readline())
        graph = loads(request.graph, request.folder)
        if request.kind == "trial":
            _try(graph, request, teller)
        else:
            from zoo_gui.running.learning import learn

            learn(graph, request, teller)
    except GraphError as error:
        teller.tell("error", text=f"the graph has problems: {error.problems[0]}")
        return 1
    except ZooError as error:
        teller.tell("error", text=str(error))
        return 1
    except KeyboardInterrupt:
        teller.tell("error", text="stopped")
        return 130
    return 0


def _try(graph: Graph, request: Request, teller: Teller) -> None:
    """One forward and one backward pass on random inputs."""
    import torch

    from zoo.checker import resolve
    from zoo.cli.trial import attempt
    from zoo.samples import random_inputs, sizes_of

    device = torch.device(_device(request.device))
    resolution = resolve(graph, params={})
    errors = [problem for problem in resolution.problems if problem.severity == "error"]
    if errors:
        raise GraphError(errors)
    sizes = sizes_of(resolution, request.sizes)
    inputs = random_inputs(resolution, sizes, torch.float32, device, 0)
    shown = ", ".join(f"{name} = {size}" for name, size in sizes.items())
    teller.tell("facts", text=f"random inputs with {shown or 'their own sizes'} on {device}")
    model = graph.compile(device=device)
    teller.tell("step", step=0, progress=0.3, loss=None)
    learns = any(parameter.requires_grad for parameter in model.parameters())
    trial = attempt(model, inputs, list(resolution.root.types), backward=learns, times=3)
    lines = [
        f"{name}: {' '.join(map(str, tensor.shape))} {str(tensor.dtype).removeprefix('torch.')}"
        for name, tensor in trial.outputs.items()
    ]
    backward = f", backward {1000 * trial.backward:.1f} ms" if trial.backward is not None else ""
    memory = f"{trial.parameter_memory / 2**20:.1f} MiB of parameters"
    if trial.peak_memory is not None:
        memory += f", at most {trial.peak_memory / 2**20:,.0f} MiB in all"
    text = f"forward {1000 * trial.forward:.1f} ms{backward}; {memory}\n" + "\n".join(lines)
    odd = [name for name, tensor in trial.outputs.items() if not bool(tensor.isfinite().all())]
    if odd:
        text += f"\nnot finite: {', '.join(odd)}"
    figures = {"forward": trial.forward, "backward": trial.backward, "gradient_norm": trial.gradient_norm}
    teller.tell("done", text=text, figures=figures)


def _device(name: str) -> str:
    import torch

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise ZooError("there is no CUDA device, or this PyTorch is built without CUDA; choose the CPU")
    return name


if __name__ == "__main__":
    raise SystemExit(main())
