"""Loading from disk: what is opened, how files use each other, and what is said when that fails."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.zoo.files.texts import SMALL, TEXTS
from zoo.errors import FileError, GraphError
from zoo.files import load, loads, read_path, read_text
from zoo.files.loading import DEEPEST
from zoo.files.text import LARGEST
from zoo.graph import Graph


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str | bytes) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return name


def using(*uses: str, name: str = "x") -> str:
    """A graph whose nodes use these blocks of other files, and that has a block ``part``."""
    nodes = "".join(f"  n{at}: {{use: {use}}}\n" for at, use in enumerate(uses))
    part = "blocks:\n  part: {nodes: {a: {use: p/q}}}\n"
    return f"format: zoo/1\nname: {name}\n{part}nodes:\n{nodes}"


def refusal(name: str) -> str:
    """The message of the one error that loading ends in."""
    with pytest.raises(FileError) as error:
        load(name)
    return str(error.value)


def problems(name: str) -> list[str]:
    with pytest.raises(GraphError) as error:
        load(name)
    return [str(problem) for problem in error.value.problems]


# --------------------------------------------------------------------------------------------------- one file


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_is_its_text(name: str) -> None:
    path = Path(write("a.yaml", TEXTS[name]))
    graph = load(path)
    assert graph == loads(TEXTS[name])
    assert graph.source is not None
    assert graph.source.text == TEXTS[name] == read_text(path)
    assert graph.source.file == "a.yaml"


def test_a_file_is_named_as_the_user_named_it() -> None:
    write("folder/a.yaml", SMALL.replace("use: norm", "ues: norm"))
    assert problems("./folder/../folder/a.yaml")[0].startswith("./folder/../folder/a.yaml:9:9: node 'norm': ")


def test_a_missing_file() -> None:
    write("folder/model.yaml", SMALL)
    assert refusal("folder/modle.yaml") == "there is no file 'folder/modle.yaml' (did you mean 'model.yaml'?)"
    assert refusal("nowhere/x.yaml") == "there is no file 'nowhere/x.yaml'"


def test_a_directory() -> None:
    Path("folder").mkdir()
    assert refusal("folder") == "'folder' is a directory; name a graph file in it"
    Path("folder", "best.safetensors").touch()
    assert refusal("folder").endswith("it holds a run, which `zoo show`, eject, export and probe take")


def test_what_is_no_file(here: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no pipes with names")
    os.mkfifo(here / "pipe.yaml")
    assert refusal("pipe.yaml") == "'pipe.yaml' is not an ordinary file"
    assert refusal("a\0b") == "'a\\x00b' cannot be read: embedded null byte"


def test_a_file_without_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.yaml", SMALL)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert refusal("a.yaml") == "'a.yaml' may not be read; ask for the permission, or copy the file"


def test_a_file_that_breaks_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.yaml", SMALL)

    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", fail)
    assert refusal("a.yaml") == "'a.yaml' cannot be read: Input/output error"


def test_a_file_that_is_too_large(here: Path) -> None:
    with (here / "a.yaml").open("wb") as file:
        file.truncate(LARGEST + 2**20)
    assert refusal("a.yaml").startswith("a graph file has at most 4 MiB, 'a.yaml' has 5.0 MiB; ")


def test_a_file_that_grows_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.yaml", SMALL)
    monkeypatch.setattr("zoo.files.disk.LARGEST", 10)
    stat = Path.stat

    def small(path: Path, **options: bool) -> os.stat_result:
        found = stat(path, **options)
        return os.stat_result((*found[:6], 5, *found[7:10]))

    monkeypatch.setattr(Path, "stat", small)
    assert "a graph file has at most" in refusal("a.yaml")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            SMALL.encode("utf-16"),
            "a.yaml:1:1: a graph file is UTF-8 text, and this looks like UTF-16 or UTF-32",
        ),
        (
            SMALL.encode("utf-16-be"),
            "a.yaml:1:1: a graph file is UTF-8 text, and this looks like UTF-16 or UTF-32",
        ),
        (
            SMALL.encode("utf-32-le"),
            "a.yaml:1:1: a graph file is UTF-8 text, and this looks like UTF-16 or UTF-32",
        ),
        (
            "name: größe".encode("latin-1"),
            "a.yaml:1:9: a graph file is UTF-8 text, and the byte 0xF6 here is not",
        ),
        (
            "a: 1\r\nü: é\xff".encode() + b"\xff",
            "a.yaml:2:6: a graph file is UTF-8 text, and the byte 0xFF here is not",
        ),
        (b"name: \xed\xa0\x80", "a.yaml:1:7: a graph file is UTF-8 text, and the byte 0xED here is not"),
    ],
)
def test_another_encoding(data: bytes, says: str) -> None:
    write("a.yaml", data)
    assert problems("a.yaml") == [says + "; save it again with the encoding UTF-8"]
    with pytest.raises(GraphError):
        read_text("a.yaml")


def test_a_text_that_is_too_large() -> None:
    with pytest.raises(GraphError, match=r"a graph file has at most 4 MiB, this one has 5\.0"):
        loads("#" * (LARGEST + 2**20))


def test_an_empty_file() -> None:
    for text in ("", "\n\n", "# nothing\n", "\ufeff", "---\n"):
        write("a.yaml", text)
        assert (
            "the file is empty" in problems("a.yaml")[0]
            or "a graph is a mapping, got nothing" in problems("a.yaml")[0]
        )


def test_links_are_followed(here: Path) -> None:
    write("real/a.yaml", using("b.yaml#part"))
    write("real/b.yaml", using())
    (here / "link.yaml").symlink_to(here / "real" / "a.yaml")
    # a file that is used lies beside the name that was given
    assert "there is no file 'b.yaml'" in problems("link.yaml")[0]
    (here / "b.yaml").symlink_to(here / "real" / "b.yaml")
    assert load("link.yaml").files["b.yaml"].name == "x"


# ------------------------------------------------------------------------------------------------- many files


def test_files_are_found_from_the_file_that_uses_them() -> None:
    write("a/main.yaml", using("b/one.yaml#part", "../c/two.yaml#part"))
    write("a/b/one.yaml", using("../../c/two.yaml#part", name="one"))
    write("c/two.yaml", using(name="two"))
    graph = load("a/main.yaml")
    assert list(graph.files) == ["b/one.yaml", "../c/two.yaml"]
    one, two = graph.files.values()
    assert one.name == "one"
    # loaded once, whoever uses it
    assert one.files["../../c/two.yaml"] is two
    assert two.source is not None
    assert two.source.file in {"a/b/../../c/two.yaml", "a/../c/two.yaml"}


def test_blocks_and_scans_use_files_too() -> None:
    scan = "{scan: {over: time, nodes: {a: {use: b.yaml#part}}}}"
    write("a.yaml", f"format: zoo/1\nname: x\nblocks: {{p: {{nodes: {{s: {scan}}}}}}}\n")
    write("b.yaml", using())
    assert set(load("a.yaml").files) == {"b.yaml"}
    Path("b.yaml").unlink()
    (problem,) = read_path("a.yaml").problems
    assert (problem.path, problem.code) == ("#p.s.a", "file")
    assert problem.place is not None
    assert problem.place.column == 62


def test_a_repeat_uses_a_file() -> None:
    write("a.yaml", "format: zoo/1\nname: x\nnodes: {r: {repeat: 2, use: b.yaml#part}}\n")
    write("b.yaml", using())
    assert set(load("a.yaml").files) == {"b.yaml"}


def test_a_cycle_of_files_is_printed() -> None:
    write("a.yaml", using("b.yaml#part"))
    write("b.yaml", using("sub/c.yaml#part"))
    write("sub/c.yaml", using("../b.yaml#part"))
    (problem,) = problems("a.yaml")
    assert problem == (
        "sub/c.yaml:6:13: node 'n0': files use each other in a cycle: "
        "b.yaml -> sub/c.yaml -> sub/../b.yaml; move what they share into a file of its own"
    )
    write("self.yaml", using("self.yaml#part"))
    assert "self.yaml -> self.yaml" in problems("self.yaml")[0]


def test_a_row_of_files_is_bounded() -> None:
    for at in range(DEEPEST + 5):
        write(f"f{at}.yaml", using(f"f{at + 1}.yaml#part"))
    (problem,) = problems("f0.yaml")
    assert problem.startswith(f"f{DEEPEST - 1}.yaml:6:13: ")
    assert f"at most {DEEPEST} files use each other in a row" in problem


def test_a_missing_file_is_a_problem_of_the_line_that_uses_it() -> None:
    write("folder/a.yaml", using("bb.yaml#part", "bb.yaml#other", "c.yaml#part"))
    write("folder/b.yaml", using())
    write("folder/c.yaml", b"\xff\xfe")
    reading = read_path("folder/a.yaml")
    first, second = map(str, reading.problems)
    assert (
        first == "folder/a.yaml:6:13: node 'n0': there is no file 'folder/bb.yaml' (did you mean 'b.yaml'?)"
    )
    assert second.startswith("folder/c.yaml:1:1: a graph file is UTF-8 text, and this looks like UTF-16")
    assert "bb.yaml" in reading.dropped
    assert list(reading.graph.nodes) == ["n0", "n1", "n2"]


def test_the_problems_of_all_files_are_told_at_once() -> None:
    write("a.yaml", using("b.yaml#part").replace("name: x", "nmae: x"))
    write("b.yaml", using().replace("name: x", "naem: x"))
    assert [problem.split(":")[0] for problem in problems("a.yaml")] == ["a.yaml", "b.yaml"]


def test_a_text_uses_files_of_the_folder_that_is_named() -> None:
    write("folder/b.yaml", using(name="b"))
    text = using("b.yaml#part")
    assert loads(text, folder="folder").files["b.yaml"].name == "b"
    with pytest.raises(GraphError, match=r"'b\.yaml' lies relative to a file"):
        loads(text)


def test_reading_without_errors_gives_the_same_as_loading() -> None:
    write("a.yaml", SMALL)
    reading = read_path("a.yaml")
    assert reading.problems == ()
    assert reading.graph == load("a.yaml")
    assert isinstance(reading.graph, Graph)
