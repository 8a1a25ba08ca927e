"""The entry point of exporting: traces, writes and verifies, and only then replaces the target file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from torch import Tensor
from torch.export import ExportedProgram

from zoo import arguments, extras
from zoo.compiler import CompiledGraph
from zoo.errors import ExportError
from zoo.exporting.culprits import blamed
from zoo.exporting.program import Traced, lowered, traced
from zoo.exporting.verifying import compare
from zoo.exporting.writing import OPSET, Run, output_names, read_onnx, to_onnx, write_onnx, write_program
from zoo.graph import Graph


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export: names and types of the file's inputs and outputs, and the verification.

    ``difference`` is the largest difference between the outputs of file and model, over all ``sizes`` tried.
    ``opset`` is None for a PyTorch program.
    """

    path: Path
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    opset: int | None
    sizes: tuple[Mapping[str, int], ...]
    difference: float
    seconds: float


def export(
    model: CompiledGraph | Graph,
    path: str | os.PathLike[str],
    *,
    without: Collection[str] = (),
    sizes: Mapping[str, int] | None = None,
) -> Exported:
    """Write a model to a file for other runtimes: ``.onnx``, or ``.pt2`` for PyTorch without the zoo.

    The batch and all other open axes of the graph are dynamic. A graph is compiled first, with its initial
    weights. ``without`` names optional inputs that the file should not have; ``sizes`` gives maximum sizes,
    for models with a limit that they do not declare. The model is exported in evaluation mode, and is not
    changed. Before the target is replaced, the file is compared with the model at two sizes other than those
    of the export.

    Raises ArgumentError if it is not a model or path, and ExportError if it cannot be exported or written,
    naming the responsible layer if there is one.
    """
    begun = time.perf_counter()
    target = Path(arguments.path(path))
    model = model if isinstance(model, CompiledGraph) else arguments.graph(model, "model")
    if isinstance(without, str):
        raise arguments.refused("without", "several names", without, f"write [{without!r}]")
    write = _writer(target)
    if isinstance(model, Graph):
        model = model.compile()
    source = lowered(model, without, arguments.mapping(sizes or {}, "sizes", "{'time': 128}"))
    try:
        program = traced(source)
        with _beside(target) as folder:
            run = write(program, folder / target.name)
            compared = compare(program, model, run)
            for part in folder.iterdir():  # large weights are in files next to the model
                part.replace(target.with_name(part.name))
    except ExportError as error:
        attempt = _onnx if target.suffix == ".onnx" else None
        raise blamed(error, source, attempt) from error.__cause__
    return Exported(
        target,
        {name: str(type_) for name, type_ in source.inputs.items()},
        {name: str(source.outputs[own]) for own, name in output_names(source).items()},
        OPSET if target.suffix == ".onnx" else None,
        compared.sizes,
        compared.difference,
        time.perf_counter() - begun,
    )


def _writer(target: Path) -> Callable[[Traced, Path], Run]:
    """The writer for a file name; raises ExportError for an unknown suffix, or missing libraries."""
    if target.suffix == ".pt2":
        return write_program
    if target.suffix != ".onnx":
        near = ".pt2" if target.suffix in {".pt", ".pth"} else ".onnx"
        raise ExportError(
            f"a model is exported to a file that ends in .onnx or .pt2, and '{target.name}' does not; "
            f"name it {target.with_suffix(near).name if target.stem else f'model{near}'}"
        )
    extras.require(
        "export",
        "onnx",
        "onnxruntime",
        "onnxscript",
        what="what writes ONNX is an extra",
        error=ExportError,
        otherwise=", or write a .pt2, which needs PyTorch alone",
    )
    return write_onnx


@contextmanager
def _beside(target: Path) -> Generator[Path]:
    """Context manager: a temporary folder next to the target; raises ExportError if the disk fails."""
    try:
        if target.is_dir():
            raise ExportError(f"'{target}' is a folder; name a file in it")
        with TemporaryDirectory(dir=target.parent, prefix=".unfinished-") as folder:
            yield Path(folder)
    except OSError as error:
        before = "; the file before it is as it was" if target.exists() else ""
        raise ExportError(
            f"cannot write '{target}': {error.strerror or error}; name another place{before}"
        ) from None


def _onnx(program: ExportedProgram, given: Sequence[Tensor]) -> None:
    """Write a single layer as ONNX, and run it once; raises ExportError on failure."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "layer.onnx")
        names = [f"x{at}" for at in range(len(given))]
        to_onnx(program, names).save(path)
        read_onnx(path)(dict(zip(names, given, strict=True)))
