"""Saving whole or not at all: a full disk, a kill, a folder without permission leave the old file as it
was.
"""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.zoo.files.texts import SMALL, TEXTS
from zoo.errors import FileError
from zoo.files import dumps, load, loads, save, write_text
from zoo.files.text import LARGEST
from zoo.graph import Call, Frozen, Graph, Ref

posix = pytest.mark.skipif(os.name != "posix", reason="signals, links and permission bits of POSIX")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "graph.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def whole(path: Path) -> None:
    """The old file is there as it was, and nothing beside it."""
    assert path.read_text(encoding="utf-8") == SMALL
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_saved_is_what_was_loaded(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(TEXTS[name].encode())
    graph = save(load(path), path)
    assert path.read_bytes() == TEXTS[name].encode()
    assert list(tmp_path.iterdir()) == [path]
    assert graph.source is not None
    assert graph.source.file == str(path)


def test_the_graph_that_comes_back_has_the_new_text(saved: Path) -> None:
    graph = load(saved)
    changed = Graph(
        name="changed",
        inputs=graph.inputs,
        nodes=Frozen(first=Call(use="p/q", inputs=Frozen({"": Ref("x")})), **graph.nodes),
        source=graph.source,
    )
    after = save(changed, saved)
    assert after.source is not None
    assert after.source.text == saved.read_text(encoding="utf-8") == dumps(changed)
    assert after.source.place(("nodes", "first"), key=True).line == 6


def test_a_new_file(tmp_path: Path) -> None:
    save(loads(SMALL), tmp_path / "new.yaml")
    assert (tmp_path / "new.yaml").read_text(encoding="utf-8") == SMALL


@posix
def test_permission_bits_stay_and_links_are_followed(saved: Path) -> None:
    saved.chmod(0o640)
    link = saved.with_name("link.yaml")
    link.symlink_to(saved)
    save(Graph(name="other"), link)
    assert link.is_symlink()
    assert stat.S_IMODE(saved.stat().st_mode) == 0o640
    assert load(saved).name == "other"


@posix
def test_a_new_file_gets_the_bits_that_new_files_get(tmp_path: Path) -> None:
    umask = os.umask(0o027)
    try:
        save(Graph(name="x"), tmp_path / "new.yaml")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "new.yaml").stat().st_mode) == 0o640


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.chmod"])
def test_a_disk_that_fails_leaves_the_old_file(
    saved: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(step, fail)
    with pytest.raises(FileError) as error:
        save(Graph(name="other"), saved)
    monkeypatch.undo()
    assert str(error.value) == f"'{saved}' cannot be written: No space left on device; it is as it was before"
    whole(saved)


@posix
def test_a_disk_that_is_full_leaves_the_old_file(saved: Path) -> None:
    # a limit on the size of files makes writing fail in the middle, as a full disk does
    script = """
import resource, signal, sys
from zoo.errors import FileError
from zoo.files import write_text
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_text(sys.argv[1], "x" * 100_000)
except FileError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(saved)], capture_output=True, text=True, timeout=60, check=True
    )
    assert "cannot be written: File too large; it is as it was before" in done.stdout
    whole(saved)


def test_an_interrupt_leaves_the_old_file(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text(saved, "other")
    monkeypatch.undo()
    whole(saved)


@posix
def test_a_kill_leaves_one_text_or_the_other(saved: Path, parser: str) -> None:
    if parser != "libyaml":
        pytest.skip("writing bytes does not depend on the parser")
    texts = {letter * 3_000_000 for letter in "ab"}
    script = """
import sys
from zoo.files import write_text
texts = [letter * 3_000_000 for letter in "ab"]
write_text(sys.argv[1], texts[0])
print("ready", flush=True)
while True:
    for text in texts:
        write_text(sys.argv[1], text)
"""
    seen: set[str] = set()
    spare, stale, young = (
        saved.with_name(f".{saved.name}.{x}.new") for x in ("mine", "abcd_123", "abcd_124")
    )
    spare.touch()
    stale.touch()
    for turn in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(saved)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.003 * turn + 0.001)
            process.send_signal(signal.SIGKILL)
        text = saved.read_text(encoding="utf-8")
        assert text in texts
        seen.add(text[0])
    assert seen
    left = [path for path in saved.parent.iterdir() if path.name.endswith(".new") and path != spare]
    for path in [*left, spare]:
        os.utime(path, (0, 0))
    young.touch()
    write_text(saved, "x")
    assert {*saved.parent.iterdir()} == {saved, spare, young}


def test_a_place_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("folder", "nowhere/x.yaml"):
        with pytest.raises(FileError, match=r"cannot be written: .*; it is as it was before"):
            save(loads(SMALL), tmp_path / name)
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]
    with pytest.raises(FileError, match="null byte"):
        save(loads(SMALL), "a\0b")


@posix
def test_a_device_is_not_replaced() -> None:
    with pytest.raises(FileError, match="is not an ordinary file"):
        save(loads(SMALL), os.devnull)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_text_that_could_not_be_loaded_again_is_not_written(saved: Path) -> None:
    with pytest.raises(FileError, match="at most 4 MiB"):
        write_text(saved, "x" * (LARGEST + 1))
    with pytest.raises(FileError, match="surrogates not allowed"):
        write_text(saved, "\ud800")
    whole(saved)


def test_a_graph_that_cannot_be_written_leaves_the_old_file(saved: Path) -> None:
    with pytest.raises(FileError, match="got 'no name'"):
        save(Graph(name="x", outputs=Frozen(y=Ref("no name"))), saved)
    whole(saved)
