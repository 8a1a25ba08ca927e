"""Monsters: files that are made to break a reader. Each ends in a sentence, soon, and in bounded memory."""

from __future__ import annotations

import os
import re
import time
import tracemalloc
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.zoo.files.texts import TEXTS
from zoo.checker import check_file
from zoo.errors import FileError, GraphError
from zoo.files import load, loads
from zoo.packs import registry
from zoo.problems import has_errors

TRANSFORMER = TEXTS["transformer"].encode()
SMALL = b"format: zoo/1\nname: x\n"


def _count(text: bytes) -> bytes:
    """The transformer with another count of its encoder's layers."""
    count = b"repeat: $layers   "
    assert TRANSFORMER.count(count) == 1
    return TRANSFORMER.replace(count, b"repeat: " + text + b" ")


def _alias_bomb() -> bytes:
    first = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    rest = (f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
    return SMALL + (first + "".join(rest)).encode()


def _repeats_in_repeats() -> bytes:
    blocks = "".join(
        f"  b{i}:\n    inputs: {{x: float batch dim}}\n    outputs: {{out: n}}\n"
        f"    nodes: {{n: {{repeat: 10000, use: b{i + 1}, carry: {{x: x}}}}}}\n"
        for i in range(20)
    )
    last = "  b20: {inputs: {x: float batch dim}, outputs: {out: n}, nodes: {n: {use: basic/tanh, in: x}}}\n"
    ends = "inputs: {x: float batch 4}\noutputs: {out: a}\n"
    return SMALL + f"{ends}blocks:\n{blocks}{last}nodes: {{a: {{use: b0, in: x}}}}\n".encode()


def _chain(length: int) -> bytes:
    nodes = "".join(f"  n{i}: {{use: basic/tanh, in: n{i - 1}}}\n" for i in range(1, length))
    ends = f"inputs: {{x: float batch 4}}\noutputs: {{out: n{length}}}\n"
    return SMALL + f"{ends}nodes:\n  n0: {{use: basic/tanh, in: x}}\n{nodes}".encode()


MONSTERS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "only comments": (b"# a graph\n\n# of nothing\n", "the file is empty"),
    "only a byte order mark": ("\ufeff".encode(), "the file is empty"),
    "alias bomb": (_alias_bomb(), "is a YAML alias, which the format does not know"),
    "nested lists": (SMALL + b"nodes: " + b"[" * 4_000_000, "nesting goes 40 levels deep at most"),
    "nested braces": (SMALL + b"nodes: " + b"{a: " * 1_000_000, "nesting goes 40 levels deep at most"),
    "nested keys": (
        SMALL + b"nodes:\n" + b"".join(b" " * i + b"a:\n" for i in range(1, 2000)),
        "nesting goes 40 levels deep at most",
    ),
    "nested questions": (SMALL + b"? " * 1_000_000, "nesting goes 40 levels deep at most"),
    "repeated for ever": (_count(b"1000000000"), "a repeat has from 1 to"),
    "repeats in repeats": (_repeats_in_repeats(), "a graph has at most 100000 layers"),
    "an enormous product": (_count(b"*".join([b"$vocab"] * 250)), "a size is made of at most 100"),
    "a large product": (_count(b"*".join([b"$vocab"] * 49)), "a size is at most"),
    "deep parentheses": (_count(b"(" * 900 + b"$layers" + b")" * 900), "at most"),
    "NUL bytes": (TRANSFORMER.replace(b"vocab", b"vo\0cab"), "the invisible character U+0000 (NUL)"),
    "nothing but NUL bytes": (b"\0" * 1_000_000, "this looks like UTF-16 or UTF-32"),
    "UTF-16": (TRANSFORMER.decode().encode("utf-16"), "this looks like UTF-16 or UTF-32"),
    "UTF-16 without a mark": (TRANSFORMER.decode().encode("utf-16-le"), "this looks like UTF-16 or UTF-32"),
    "Latin-1": (TRANSFORMER.replace(b"about: ", "about: où ".encode("latin-1")), "the byte 0xF9 here is not"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100, "the byte 0x89 here is not"),
    "a long line": (SMALL + b"about: " + b"x " * 2_000_000 + b"\nnods: 3", "a graph has no key 'nods'"),
    "a long key": (SMALL + b"x" * 1_000_000 + b": 1", ""),
    "thirty thousand keys": (
        SMALL + b"".join(f"k{i}: 1\n".encode() for i in range(30_000)),
        "the rest of it was not read",
    ),
    "a chain of nodes": (_chain(2000), "there is no node or input 'n2000'"),
    "too large": (SMALL + b"#" * 5_000_000, "a graph file has at most 4 MiB"),
    "ten million brackets": (b"[" * 10_000_000, "a graph file has at most 4 MiB"),
}
"""Files, and what is said about each."""


@contextmanager
def bounded(seconds: float, mebibytes: float) -> Generator[None]:
    """Fail what takes longer, or more memory at one time."""
    tracemalloc.start()
    start = time.process_time()
    try:
        yield
        took = time.process_time() - start
        peak = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    assert took < seconds, f"it took {took:.1f} s"
    assert peak < mebibytes, f"it took {peak:.0f} MiB"


@pytest.fixture(scope="module", autouse=True)
def packs() -> None:
    """Loaded before anything is measured."""
    registry()


def refusal(path: Path) -> str:
    """What ``check_file`` says of a file; ``load`` or ``compile`` says so, too."""
    try:
        problems = check_file(path)
    except FileError as error:
        with pytest.raises(FileError, match=re.escape(str(error))):
            load(path)
        return str(error)
    assert has_errors(problems)
    assert all(problem.place for problem in problems)
    with pytest.raises(GraphError) as caught:
        load(path).compile(device="meta")
    assert {*caught.value.problems} <= {*problems}
    return "\n".join(map(str, problems))


@pytest.mark.parametrize("name", MONSTERS)
def test_monsters(name: str, tmp_path: Path) -> None:
    data, says = MONSTERS[name]
    path = tmp_path / "monster.yaml"
    path.write_bytes(data)
    with bounded(seconds=20, mebibytes=300):
        said = refusal(path)
    assert says in said
    assert len(said) < 100_000


HARMLESS = {
    "Windows line breaks": TRANSFORMER.replace(b"\n", b"\r\n"),
    "byte order mark": "\ufeff".encode() + TRANSFORMER,
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_editors_add_is_no_problem(name: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.yaml"
    path.write_bytes(HARMLESS[name])
    assert not check_file(path)
    assert load(path) == loads(TRANSFORMER.decode())


# -------------------------------------------------------------------------------------------- what is no file


def test_a_directory(tmp_path: Path) -> None:
    assert "is a directory; name a graph file in it" in refusal(tmp_path)


def test_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "transformer.yaml").write_bytes(TRANSFORMER)
    said = refusal(tmp_path / "transfomer.yaml")
    assert "there is no file" in said
    assert "(did you mean 'transformer.yaml'?)" in said


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
def test_a_name_that_no_file_can_have(name: str, tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / name)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "graph.yaml"
    path.write_bytes(TRANSFORMER)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "may not be read; ask for the permission, or copy the file" in refusal(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_nobody_writes_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "graph.yaml")
    assert "is not an ordinary file" in refusal(tmp_path / "graph.yaml")
