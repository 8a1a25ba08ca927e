"""``zoo fmt`` and ``zoo schema``."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import zoo

Run = Callable[..., Result]

PLAIN = """\
# What it shows.
format: zoo/1
name: plain
inputs: {x: float batch time 8}
outputs: {y: last}
nodes:
  last:
    in: x      # the order of these keys is not the canonical one
    with: {output: 4}
    use: basic/linear
"""


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.yaml"
    path.write_text(PLAIN)
    return path


def test_fmt_rewrites_once_and_keeps_comments_and_meaning(zoo_: Run, plain: Path) -> None:
    before = zoo.load(plain)
    result = zoo_("fmt", str(plain))
    assert (result.exit_code, result.output) == (0, f"rewrote {plain}\n")
    text = plain.read_text()
    assert text != PLAIN
    assert "# What it shows." in text
    assert "# the order of these keys" in text
    assert zoo.load(plain) == before
    assert zoo_("fmt", str(plain)).output == "nothing to rewrite\n"
    assert plain.read_text() == text


def test_fmt_check_writes_nothing(zoo_: Run, plain: Path) -> None:
    result = zoo_("fmt --check", str(plain))
    assert (result.exit_code, result.output) == (1, f"would rewrite {plain}\n")
    assert plain.read_text() == PLAIN
    zoo_("fmt", str(plain))
    assert zoo_("fmt --check", str(plain)).exit_code == 0


def test_fmt_keeps_line_breaks_and_says_which_byte_is_no_utf_8(zoo_: Run, plain: Path) -> None:
    plain.write_bytes(PLAIN.replace("\n", "\r\n").encode())
    assert zoo_("fmt", str(plain)).output == f"rewrote {plain}\n"
    written = plain.read_bytes()
    assert written.count(b"\r\n") == written.count(b"\n") > 8
    plain.write_bytes(b"name: pl\xe4in\n")
    result = zoo_("fmt", str(plain))
    assert "1:9: a graph file is UTF-8 text, and the byte 0xE4 here is not" in result.stderr
    assert plain.read_bytes() == b"name: pl\xe4in\n"


def test_fmt_leaves_a_file_that_does_not_parse(zoo_: Run, plain: Path) -> None:
    plain.write_text("format: [")
    result = zoo_("fmt", str(plain))
    assert result.exit_code == 1
    assert str(plain) in result.stderr
    assert plain.read_text() == "format: ["


def test_fmt_goes_on_after_a_file_that_does_not_parse(zoo_: Run, plain: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("format: [")
    result = zoo_("fmt", str(tmp_path / "bad.yaml"), str(plain))
    assert result.exit_code == 1
    assert result.stdout == f"rewrote {plain}\n"


def test_schema_knows_the_installed_layers(zoo_: Run) -> None:
    result = zoo_("schema")
    assert result.exit_code == 0
    schema = json.loads(result.output)
    assert "recurrent/lstm_cell" in json.dumps(schema)


def test_a_graph_of_the_library_stays_as_it_is(zoo_: Run) -> None:
    result = zoo_("fmt gpt")
    assert result.exit_code == 1
    assert result.stderr.endswith("zoo.registry().graphs['gpt'], or zoo graphs copy gpt\n")
