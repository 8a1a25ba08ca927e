"""``zoo run``: a graph compiled and run once, forward and backward."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import (
    GraphFile,
    any_device_option,
    console,
    examples,
    json_option,
    print_json,
    print_table,
    seed_option,
    set_option,
    size_option,
    table,
)
from zoo.errors import ZooError, did_you_mean

if TYPE_CHECKING:
    from torch import Tensor

    from zoo.cli.trial import Trial
    from zoo.values import Scalar


@click.command(
    short_help="Run a graph forward and backward once.",
    epilog=examples(
        "zoo run gpt",
        "zoo run transformer --size batch=8 --device cuda --dtype bfloat16",
        "zoo run gpt --input tokens='[[1, 2, 3]]' --forward-only",
        "zoo run gpt --input tokens=batch.pt --json",
    ),
)
@click.argument("file", type=GraphFile())
@size_option
@set_option
@click.option(
    "--input",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="An input: a JSON list, or a .pt or .npy file. Other inputs are random. May be repeated.",
)
@any_device_option
@click.option(
    "--dtype",
    type=click.Choice(["float32", "float64", "bfloat16", "float16"]),
    default="float32",
    show_default=True,
)
@seed_option("Of weights and random inputs.")
@click.option(
    "--times", type=click.IntRange(min=1), default=3, show_default=True, help="How many runs are timed."
)
@click.option("--forward-only", is_flag=True, help="Skip the backward pass.")
@json_option
def run(
    file: str,
    sizes: tuple[tuple[str, int], ...],
    params: tuple[tuple[str, Scalar], ...],
    given: tuple[str, ...],
    device: str,
    dtype: str,
    seed: int,
    times: int,
    forward_only: bool,
    as_json: bool,
) -> None:
    """Compile a graph and run it forward and backward, on given or random inputs: shapes, time, memory.

    A first run warms up; times are the median of the runs after it. Random inputs have the sizes that --size
    gives; other axes have size 1 (batch) or 32. The exit code is 1 if an output or a gradient is not finite.
    """
    import torch

    from zoo.cli.resolving import resolved
    from zoo.cli.trial import attempt, given_input
    from zoo.compiler import compile_graph
    from zoo.samples import random_inputs, sizes_of

    where, kind = _device(device), getattr(torch, dtype)
    resolution = resolved(file, dict(params))
    with _enough_memory(where):
        inputs = random_inputs(resolution, sizes_of(resolution, dict(sizes)), kind, where, seed)
    for assignment in given:
        name, _, text = assignment.partition("=")
        if not text:
            raise click.UsageError(f"--input: '{assignment}' is not NAME=VALUE; write for example x=[[1, 2]]")
        type = resolution.root.inputs.get(name)
        if type is None:
            known = ", ".join(inputs)
            raise ZooError(f"the graph has no input '{name}'{did_you_mean(name, inputs)}; it has {known}")
        inputs[name] = given_input(text, type, kind, where)
    model = compile_graph(resolution.graph, device=where, dtype=kind, seed=seed, params=dict(params))
    with _enough_memory(where):
        trial = attempt(model, inputs, list(resolution.root.types), backward=not forward_only, times=times)
    faults = _faults(trial)
    if as_json:
        print_json({**_as_json(inputs, trial), "device": str(where), "dtype": dtype, "faults": faults})
    else:
        _print(inputs, trial, where)
        for fault in faults:
            click.echo(click.style("error: ", fg="red", bold=True) + fault, err=True)
    if faults:
        raise SystemExit(1)


@contextmanager
def _enough_memory(device: Any) -> Generator[None]:
    """Context manager: report running out of memory as an error instead of a traceback."""
    from zoo.compiler.exhausted import lacks_memory

    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not lacks_memory(error):
            raise
        told = ZooError(f"there is not enough memory for this on {device}; choose smaller sizes with --size")
        for note in getattr(error, "__notes__", ()):
            told.add_note(note)
        raise told from None


def _device(name: str) -> Any:
    from zoo.compiler.target import device_of

    device = device_of(name)
    if device.type == "meta":
        raise ZooError("the device meta has only shapes, and computes nothing; choose cpu")
    return device


def _faults(trial: Trial) -> list[str]:
    from math import isfinite

    faults = [
        f"the output '{name}' holds values that are not finite"
        for name, tensor in trial.outputs.items()
        if tensor.is_floating_point() and not bool(tensor.isfinite().all())
    ]
    if trial.gradient_norm is not None and not isfinite(trial.gradient_norm):
        faults.append("the gradients are not finite")
    return faults


def _print(inputs: dict[str, Tensor], trial: Trial, device: Any) -> None:
    rows = table("", "port", "shape", "dtype")
    for kind, group in (("in", inputs), ("out", trial.outputs)):
        for name, tensor in group.items():
            rows.add_row(
                kind, name, " ".join(map(str, tensor.shape)), str(tensor.dtype).removeprefix("torch.")
            )
    print_table(rows)
    out = console()
    out.print(f"\nforward   {1000 * trial.forward:.1f} ms on {device}")
    if trial.backward is not None:
        out.print(
            f"backward  {1000 * trial.backward:.1f} ms; norm of the gradients {trial.gradient_norm:.3g}"
        )
    out.print(f"memory    {_mebibytes(trial.parameter_memory)} of parameters{_peak(trial, device)}")


def _peak(trial: Trial, device: Any) -> str:
    if trial.peak_memory is None:
        return ""
    what = "of tensors" if device.type == "cuda" else "of the whole process"
    return f", at most {_mebibytes(trial.peak_memory)} {what}"


def _mebibytes(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB"


def _as_json(inputs: dict[str, Tensor], trial: Trial) -> dict[str, Any]:
    def described(group: Any) -> dict[str, Any]:
        return {
            name: {"shape": list(tensor.shape), "dtype": str(tensor.dtype).removeprefix("torch.")}
            for name, tensor in group.items()
        }

    return {
        "inputs": described(inputs),
        "outputs": described(trial.outputs),
        "forward_seconds": trial.forward,
        "backward_seconds": trial.backward,
        "gradient_norm": trial.gradient_norm,
        "parameter_bytes": trial.parameter_memory,
        "peak_bytes": trial.peak_memory,
    }
