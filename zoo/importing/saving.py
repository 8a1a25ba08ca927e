"""A graph that was imported, as files: its text, the files whose blocks it uses, and its weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from torch import Tensor

from zoo.errors import FileError
from zoo.files import dumps, write_text
from zoo.files.disk import replacing
from zoo.graph import Graph
from zoo.importing.errors import ImportingError


def save(
    graph: Graph,
    path: str | Path,
    weights: Mapping[str, Tensor] | None = None,
    *,
    about: str = "",
    force: bool = False,
) -> list[Path]:
    """Write a graph, and what it needs beside it; weights go to a safetensors file of the same name.

    ``about`` are lines of comment above the graph. Returns what was written. Raises FileError for a file that
    is there already and holds something else, unless ``force``; then nothing is written.
    """
    path = Path(path)
    head = "".join(f"# {line}\n" for line in about.splitlines())
    texts = {path: head + dumps(graph)} | {path.parent / name: text for name, text in _used(graph)}
    saved = path.with_suffix(".safetensors")
    for each in [*texts, *([saved] if weights else [])]:
        if each.exists() and not force and not _holds(each, texts.get(each)):
            raise FileError(f"{each} is there already and holds something else; name another, or --force")
    for each, text in texts.items():
        each.parent.mkdir(parents=True, exist_ok=True)
        write_text(each, text)
    if weights:
        _save_weights(weights, saved)
    return [*texts, *([saved] if weights else [])]


def _used(graph: Graph, folder: str = "") -> Iterator[tuple[str, str]]:
    """The files that a graph uses, and those that these use, by their path from the graph's own."""
    for name, used in graph.files.items():
        path = PurePosixPath(folder, name)
        if ".." in path.parts:
            raise ImportingError(
                f"the graph uses '{path}', and importing writes into one folder only; "
                "move that file beside the graph before it is ejected"
            )
        yield str(path), dumps(used)
        yield from _used(used, str(path.parent))


def _holds(path: Path, text: str | None) -> bool:
    return text is not None and path.is_file() and path.read_bytes() == text.encode()


def _save_weights(weights: Mapping[str, Tensor], path: Path) -> None:
    from safetensors.torch import save_file  # pyright: ignore[reportUnknownVariableType] - it is typed in part

    # In a folder of its own, for safetensors writes beside its file under a name that we do not know.
    with TemporaryDirectory(dir=path.parent) as private, replacing(path) as unfinished:
        whole = Path(private, path.name)
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}, whole)
        whole.replace(unfinished)
