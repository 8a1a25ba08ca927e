"""Saving an imported graph: its text, the files whose blocks it uses, and its weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from torch import Tensor

from zoo.errors import ArgumentError, ImportingError
from zoo.files import dumps, write_text
from zoo.files.disk import replacing
from zoo.files.texts import files_of
from zoo.graph import Graph


def save(
    graph: Graph,
    path: str | Path,
    weights: Mapping[str, Tensor] | None = None,
    *,
    about: str = "",
    allow: Callable[[list[Path]], None] | None = None,
) -> list[Path]:
    """Write a graph and the files it needs; weights go to a safetensors file of the same name.

    ``about`` are comment lines above the graph. ``allow`` is called, before anything is written, with all
    files whose contents would change, and may raise. Returns the files written. Raises ArgumentError if graph
    and weights would be the same file.
    """
    path = Path(path)
    if weights and path == path.with_suffix(".safetensors"):
        raise ArgumentError(f"'{path}' is where the weights go; name the file of the graph, such as a .yaml")
    head = "".join(f"# {line}\n" for line in about.splitlines())
    texts = {path: head + dumps(graph)} | {path.parent / name: text for name, text in _used(graph)}
    saved = [path.with_suffix(".safetensors")] if weights else []
    if allow is not None:
        allow([*(each for each, text in texts.items() if not _holds(each, text)), *saved])
    for each, text in texts.items():
        each.parent.mkdir(parents=True, exist_ok=True)
        write_text(each, text)
    if weights:
        _save_weights(weights, *saved)
    return [*texts, *saved]


def _used(graph: Graph) -> Iterator[tuple[str, str]]:
    """The texts of the files that a graph uses, by their relative path."""
    for path, used in files_of(graph):
        if ".." in PurePosixPath(path).parts:
            raise ImportingError(
                f"the graph uses '{path}', and importing writes into one folder only; "
                "move that file beside the graph before it is ejected"
            )
        yield path, dumps(used)


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _save_weights(weights: Mapping[str, Tensor], path: Path) -> None:
    from safetensors.torch import save_file  # pyright: ignore[reportUnknownVariableType] - it is typed in part

    # In a separate folder, because safetensors writes temporary files of unknown names next to its file.
    with TemporaryDirectory(dir=path.parent) as private, replacing(path) as unfinished:
        whole = Path(private, path.name)
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}, whole)
        whole.replace(unfinished)
