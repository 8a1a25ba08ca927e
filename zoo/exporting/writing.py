"""Writing a traced program to a file, and reading the file back with the target runtime."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import torch
from torch import Tensor
from torch.export import ExportedProgram

import zoo
from zoo.errors import ExportError
from zoo.exporting.program import Source, Traced, open_at, quiet, reason, types
from zoo.exporting.translations import table
from zoo.files import dumps
from zoo.files.hash import semantic_hash
from zoo.files.texts import document_of

Run: TypeAlias = "Callable[[Mapping[str, Tensor]], list[Tensor]]"
"""Runs a written file: inputs by name to outputs in order."""

OPSET = 18
"""The version that torch's exporter supports best and all recent runtimes read."""

_EMBEDDED = 2**31 - 2**24
"""The size limit of protobuf in bytes; beyond it, weights go to a separate file."""


def write_onnx(traced: Traced, path: Path) -> Run:
    """Write ONNX; returns a function that runs it. Raises ExportError for an unsupported operator."""
    source = traced.source
    program = to_onnx(traced.program, [*source.inputs], [*output_names(source).values()])
    axes: dict[str, str] = {}
    for value, type_ in zip(program.model.graph.inputs, source.inputs.values(), strict=True):
        for at, axis in open_at(type_).items():
            axes.setdefault(str(value.shape[at]), axis)
    program.rename_axes(axes)
    program.model.producer_name, program.model.producer_version = "layerzoo", zoo.__version__
    program.model.doc_string = source.resolution.graph.about or None
    program.model.metadata_props.update(metadata(source))
    weights = sum(each.numel() * each.element_size() for each in source.model.state_dict().values())
    program.save(path, external_data=weights > _EMBEDDED)
    return read_onnx(path)


def to_onnx(
    program: ExportedProgram, inputs: list[str] | None = None, outputs: list[str] | None = None
) -> Any:
    """Convert a program to torch's ``ONNXProgram``; raises ExportError with torch's message."""
    try:
        with quiet(), torch.no_grad():
            exporter: Any = torch.onnx  # typed in part
            return exporter.export(
                program,
                opset_version=OPSET,
                dynamo=True,
                verbose=False,
                input_names=inputs,
                output_names=outputs,
                custom_translation_table=table(),
            )
    except Exception as error:  # torch wraps whatever a translation raises
        raise ExportError(f"torch.onnx cannot write it: {_innermost(error)}") from error


LACKS = "Could not find an implementation"
"""The beginning of onnxruntime's message for an operator that it lacks, or lacks for a dtype."""


def read_onnx(path: Path) -> Run:
    """A function that runs an ONNX file in onnxruntime; raises ExportError if that fails."""
    runtime: Any = import_module("onnxruntime")  # an extra, and without types
    options = runtime.SessionOptions()
    options.log_severity_level = 3  # errors; what it warns of are its own optimizations
    try:
        session: Any = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # it has a class of its own for each code
        told = reason(error)
        if LACKS in told:
            told += "; on the CPU it has few operators for float64, and all for float32"
        raise ExportError(f"onnxruntime does not take the file: {told}") from error

    def run(inputs: Mapping[str, Tensor]) -> list[Tensor]:
        try:
            found: list[Any] = session.run(None, {name: x.numpy() for name, x in inputs.items()})
        except Exception as error:  # as above
            raise ExportError(f"onnxruntime cannot run the file: {reason(error)}") from error
        return [torch.as_tensor(each) for each in found]

    return run


def write_program(traced: Traced, path: Path) -> Run:
    """Write a PyTorch program; returns a function that runs it as loaded by ``torch.export.load``."""
    about = {"layerzoo.json": json.dumps(metadata(traced.source), ensure_ascii=False)}
    with quiet():
        with path.open("wb") as file:
            patient: Any = _Patient(file)  # torch asks for a whole IO, and writes
            torch.export.save(traced.program, patient, extra_files=about)
        if patient.refused is not None:
            raise patient.refused
        module = torch.export.load(path).module()

    def run(inputs: Mapping[str, Tensor]) -> list[Tensor]:
        given = [inputs.get(name) for name in types(traced.source.resolution)]
        try:
            with torch.no_grad():
                found: dict[str, Tensor] = module(*given)
        except Exception as error:  # a guard that some size breaks
            raise ExportError(f"the exported program does not take these sizes: {reason(error)}") from error
        return [*found.values()]

    return run


class _Patient:
    """A file that defers errors of the disk, since they would abort the process in torch's C++ code."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.refused: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write until an error occurs."""
        try:
            if self.refused is None:
                self._file.write(data)
        except OSError as error:
            self.refused = error
        return len(data)

    def flush(self) -> None:
        """Do nothing; the file is flushed when it is closed."""
        try:
            self._file.flush()
        except OSError as error:
            self.refused = error


def output_names(source: Source) -> dict[str, str]:
    """The names of the outputs in the file: as in the graph, with ``_out`` if an input has the same name."""
    taken = {*source.inputs}
    names: dict[str, str] = {}
    for name in source.outputs:
        wish = name
        while wish in taken:
            wish += "_out"
        taken.add(wish)
        names[name] = wish
    return names


def metadata(source: Source) -> dict[str, str]:
    """The metadata of a file: what it was exported from."""
    graph = source.resolution.graph
    return {
        "layerzoo.version": zoo.__version__,
        "layerzoo.hash": semantic_hash(graph),
        "layerzoo.params": json.dumps(dict(source.resolution.params)),
        "layerzoo.inputs": json.dumps({name: str(type_) for name, type_ in source.inputs.items()}),
        "layerzoo.outputs": json.dumps(
            {name: str(source.outputs[own]) for own, name in output_names(source).items()}
        ),
        "layerzoo.graph": dumps(graph),
        "layerzoo.files": json.dumps(asdict(document_of(graph))["files"]),
    }


def _innermost(error: BaseException) -> str:
    """The message of the innermost error in a chain."""
    while error.__cause__ is not None:
        error = error.__cause__
    return reason(error)
