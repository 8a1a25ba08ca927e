"""Files of ``torch.export``: those of ``zoo export`` contain their graph, all others are programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch.export import ExportedProgram

from zoo.errors import ImportingError
from zoo.exporting.program import quiet
from zoo.files.texts import Document, graph_of
from zoo.graph import Frozen
from zoo.importing.importing import Imported, import_program

_ABOUT = "layerzoo.json"


def import_file(path: Path, *, inputs: Mapping[str, str] | None = None) -> Imported:
    """The graph and weights of a ``.pt2`` file; one of ``zoo export`` comes back as the graph it was.

    Raises ImportingError for an invalid file, and as ``import_program`` does.
    """
    more: dict[str, Any] = {_ABOUT: ""}
    if not path.is_file():
        raise ImportingError(f"there is no file {path}")
    try:
        with quiet():  # torch warns about its own internals
            program = torch.export.load(path, extra_files=more)
    except Exception as error:  # noqa: BLE001  # for a damaged file, torch may raise anything
        raise ImportingError(
            f"{path} is no program of torch.export, or of another version: {error}"
        ) from None
    if more[_ABOUT]:
        return _returned(program, json.loads(more[_ABOUT]))
    return import_program(program, name=path.stem, inputs=inputs)


def _returned(program: ExportedProgram, about: Mapping[str, str]) -> Imported:
    """The graph that a program was exported from, with the params and weights of that time."""
    written = {"text": about["layerzoo.graph"], "files": json.loads(about["layerzoo.files"])}
    graph = graph_of(_document(written), "the graph in the program")
    params = Frozen({**graph.params, **json.loads(about["layerzoo.params"])})
    graph = replace(graph, params=params)
    wanted = graph.compile(device="meta").state_dict()
    missing = [name for name in wanted if name not in program.state_dict]
    if missing:
        raise ImportingError(f"the program has no weight '{missing[0]}', which its graph has now")
    return Imported(graph, {name: program.state_dict[name].detach() for name in wanted})


def _document(written: Mapping[str, Any]) -> Document:
    return Document(written["text"], {name: _document(each) for name, each in written["files"].items()})
