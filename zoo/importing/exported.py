"""Files of ``torch.export``: those of ``zoo export`` hold their graph, and all others are programs."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch.export import ExportedProgram

from zoo.errors import GraphError
from zoo.files import read
from zoo.graph import Frozen, Graph
from zoo.importing.errors import ImportingError
from zoo.importing.importing import Imported, import_program
from zoo.problems import has_errors

_ABOUT = "layerzoo.json"


def import_file(path: Path, *, inputs: Mapping[str, str] | None = None) -> Imported:
    """The graph and weights of a ``.pt2`` file; one of ``zoo export`` comes back as the graph it was.

    Raises ImportingError for a file that is none, and as ``import_program`` does.
    """
    more: dict[str, Any] = {_ABOUT: ""}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of itself, and of files that were not asked for
            program = torch.export.load(path, extra_files=more)
    except FileNotFoundError:
        raise ImportingError(f"there is no file {path}") from None
    except Exception as error:  # noqa: BLE001  # whatever a damaged or foreign file makes torch raise
        raise ImportingError(
            f"{path} is no program of torch.export, or of another version: {error}"
        ) from None
    if more[_ABOUT]:
        return _returned(program, json.loads(more[_ABOUT]))
    return import_program(program, name=path.stem, inputs=inputs)


def _returned(program: ExportedProgram, about: Mapping[str, str]) -> Imported:
    """The graph that a program was exported from, with the params and weights that it then had."""
    graph = _graph(about["layerzoo.graph"], json.loads(about["layerzoo.files"]))
    params = Frozen({**graph.params, **json.loads(about["layerzoo.params"])})
    graph = replace(graph, params=params)
    wanted = graph.compile(device="meta").state_dict()
    missing = [name for name in wanted if name not in program.state_dict]
    if missing:
        raise ImportingError(f"the program has no weight '{missing[0]}', which its graph has now")
    return Imported(graph, {name: program.state_dict[name].detach() for name in wanted})


def _graph(text: str, files: Mapping[str, Any]) -> Graph:
    reading = read(text, "the graph in the program")
    if has_errors(reading.problems):
        raise GraphError(reading.problems)
    used = {name: _graph(each["text"], each["files"]) for name, each in files.items()}
    return replace(reading.graph, files=Frozen(used))
