"""``zoo export``: a graph or a trained model as a file for other runtimes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import (
    console,
    examples,
    json_option,
    print_json,
    print_table,
    set_option,
    size_option,
    table,
)
from zoo.cli.outputs import claim, force_option
from zoo.seeds import LARGEST_SEED

if TYPE_CHECKING:
    from zoo.compiler import CompiledGraph
    from zoo.exporting import Exported
    from zoo.values import Scalar


@click.command(
    short_help="Write a model as ONNX, or for PyTorch alone.",
    epilog=examples(
        "zoo export gpt -o gpt.onnx",
        "zoo export runs/gpt -o gpt.onnx",
        "zoo export my_model.yaml -o my_model.pt2 --set layers=2 --seed 1",
        "zoo export runs/first/last.safetensors --without mask --json",
    ),
)
@click.argument("model", metavar="FILE")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What to write: a name that ends in .onnx or .pt2  [default: the graph's name and .onnx]",
)
@set_option
@size_option
@click.option(
    "--without",
    multiple=True,
    metavar="NAME",
    help="An optional input that the file is not to have. May be repeated.",
)
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), help="Of the weights of a graph  [default: 0]")
@click.option(
    "--dtype",
    type=click.Choice(["float32", "float64"]),
    default="float32",
    show_default=True,
    help="Of floats.",
)
@click.option(
    "--exporter", metavar="NAME", help="Have this exporter of a pack write the file, in a format of its own."
)
@force_option
@json_option
def export(
    model: str,
    output: Path | None,
    params: tuple[tuple[str, Scalar], ...],
    sizes: tuple[tuple[str, int], ...],
    without: tuple[str, ...],
    seed: int | None,
    dtype: str,
    exporter: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write a model to a file that runs without the zoo: .onnx for onnxruntime, .pt2 for PyTorch.

    FILE is a graph, whose initial weights are taken, or a run of `zoo train` (its folder, or a checkpoint in
    it). Inputs and outputs are called as the graph's; the batch and every other open axis stay open. --size
    names the largest, where a model has a limit that it does not tell. The file holds the graph's text and
    hash. Before it is there, it is run beside the model at two sizes; the largest difference is printed.
    """
    import torch

    from zoo.exporting import export as write

    if exporter is not None and (output is None or without or sizes or as_json):
        raise click.UsageError("--exporter goes with --output, and without --without, --size and --json")
    made = _model(model, dict(params), seed).to(getattr(torch, dtype))
    target = output or Path(f"{made.graph.name}.onnx")
    if exporter is not None:
        _by_pack(exporter, made, target, force=force)
        return
    claim(target, force=force)
    done = write(made, target, without=without, sizes=dict(sizes))
    if as_json:
        print_json(_as_json(done))
    else:
        _print(done)


def _model(file: str, params: dict[str, Scalar], seed: int | None) -> CompiledGraph:
    """The model of a graph, or of a checkpoint."""
    from zoo.compiler import compile_graph
    from zoo.files import load
    from zoo.packs import locate

    path = Path(file)
    if not path.is_dir() and path.suffix != ".safetensors":
        return compile_graph(load(locate(file)), seed=seed or 0, params=params)
    if params or seed is not None:
        raise click.UsageError("a checkpoint has its params and weights; --set and --seed are for graphs")
    from zoo.training import load_checkpoint

    made: Any = load_checkpoint(path)[0]
    return made


def _by_pack(name: str, model: CompiledGraph, target: Path, *, force: bool) -> None:
    """Let a pack's exporter write a model; any exception in it is reported as an error."""
    from zoo.errors import ExportError, ZooError, did_you_mean
    from zoo.packs import registry

    known = registry().exporters
    if name not in known:
        offered = f"they offer {', '.join(known)}" if known else "they offer none"
        raise ExportError(f"no pack has an exporter '{name}'{did_you_mean(name, known)}; {offered}")
    claim(target, force=force)
    try:
        known[name](model, target)
    except (ZooError, OSError):
        raise
    except Exception as error:
        raise ExportError(f"the exporter '{name}' failed: {type(error).__name__}: {error}") from error
    click.echo(f"wrote {target}")


def _print(done: Exported) -> None:
    rows = table("", "name", "type")
    for kind, ports in (("in", done.inputs), ("out", done.outputs)):
        for name, type_ in ports.items():
            rows.add_row(kind, name, type_)
    print_table(rows)
    tried = " and ".join(", ".join(f"{name}={size}" for name, size in each.items()) for each in done.sizes)
    opset = f", opset {done.opset}" if done.opset else ""
    mebibytes = done.path.stat().st_size / 2**20
    out = console()
    out.print(f"\nwrote {done.path}: {mebibytes:,.1f} MiB{opset}, in {done.seconds:.1f} s")
    out.print(f"it differs from the model by at most {done.difference:.1e}, tried at {tried or 'its size'}")


def _as_json(done: Exported) -> dict[str, Any]:
    return {
        "path": str(done.path),
        "inputs": dict(done.inputs),
        "outputs": dict(done.outputs),
        "opset": done.opset,
        "sizes": [dict(each) for each in done.sizes],
        "difference": done.difference,
        "seconds": done.seconds,
        "bytes": done.path.stat().st_size,
    }
