"""One forward and one backward pass of a graph on random inputs, in the process of the worker."""

from __future__ import annotations

import torch

from zoo.checker import resolve
from zoo.cli.trial import attempt
from zoo.errors import GraphError
from zoo.files import loads
from zoo.samples import random_inputs, sizes_of
from zoo.training.device import device_for
from zoo_gui.running.requests import Trial
from zoo_gui.running.worker import Teller


def run_once(request: Trial, teller: Teller) -> None:
    """Run the graph, and tell times, memory and shapes. GraphError for one that has errors."""
    graph = loads(request.graph, request.folder)
    device = torch.device(device_for(request.device))
    resolution = resolve(graph, params={})
    errors = [problem for problem in resolution.problems if problem.severity == "error"]
    if errors:
        raise GraphError(errors)
    sizes = sizes_of(resolution, request.sizes)
    inputs = random_inputs(resolution, sizes, torch.float32, device, 0)
    shown = ", ".join(f"{name} = {size}" for name, size in sizes.items())
    teller.tell("facts", text=f"random inputs with {shown or 'their own sizes'} on {device}")
    model = graph.compile(device=device)
    teller.tell("progress", part=0.3)
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
