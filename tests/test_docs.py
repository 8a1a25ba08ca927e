"""The documentation holds: pages are those of the code, examples check, commands run, links lead on."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

import zoo
from tests import installed
from zoo.checker.resolution import Resolution
from zoo.cli.app import cli
from zoo.packs.offers import use_name
from zoo.pages.example import example
from zoo.pages.facts import users
from zoo.pages.index import index, page_path
from zoo.pages.layer import COSTS, layer_page
from zoo.pages.library import library_page, measured
from zoo.pages.making import abouts, costs_of
from zoo.spec import LayerSpec

DOCS = Path(__file__).resolve().parent.parent / "docs"
LAYERS = DOCS / "layers"
REMEDY = "stale; run `make docs`, or `make docs QUICK=--quick`, which keeps what was measured"


@pytest.fixture(scope="module")
def used() -> Mapping[str, tuple[str, ...]]:
    return users(zoo.registry())


def page_of(spec: LayerSpec, used: Mapping[str, tuple[str, ...]], *, whole: bool) -> str:
    graphs = [f"[{name}](../../graphs.md#{name})" for name in used.get(use_name(spec), ())]
    return layer_page(spec, example(spec), costs_of(spec) if whole else None, graphs)


def unmeasured(page: str) -> str:
    """A page of a layer without what is measured."""
    return re.sub(rf"{COSTS}\n.*?(?=## Example)", "", page, flags=re.DOTALL)


def read(spec: LayerSpec) -> str:
    return (LAYERS / page_path(spec)).read_text(encoding="utf-8")


def test_every_layer_has_a_page_and_every_page_a_layer() -> None:
    pages = {path.relative_to(LAYERS) for path in LAYERS.rglob("*.md")} - {Path("README.md")}
    assert pages == {page_path(spec) for spec in zoo.registry().layers.values()}, REMEDY


def test_pages_say_what_the_code_says(used: Mapping[str, tuple[str, ...]]) -> None:
    """But for the costs, which take minutes to measure."""
    specs = zoo.registry().layers.values()
    stale = [
        use_name(spec)
        for spec in specs
        if unmeasured(read(spec)) != unmeasured(page_of(spec, used, whole=False))
    ]
    assert not stale, REMEDY
    assert (LAYERS / "README.md").read_text(encoding="utf-8") == index(specs, abouts(zoo.registry()), used), (
        REMEDY
    )


@pytest.mark.parametrize("use", ["attention/dot", "recurrent/gru_cell", "convolution/conv1d"])
def test_a_few_pages_have_the_costs_that_are_measured(use: str, used: Mapping[str, tuple[str, ...]]) -> None:
    spec = zoo.registry().layers[use]
    assert read(spec) == page_of(spec, used, whole=True), REMEDY


@pytest.mark.long
def test_all_pages_have_the_costs_that_are_measured(used: Mapping[str, tuple[str, ...]]) -> None:
    specs = zoo.registry().layers.values()
    assert not [use_name(spec) for spec in specs if read(spec) != page_of(spec, used, whole=True)], REMEDY


def test_every_example_is_a_graph_without_problems() -> None:
    for spec in zoo.registry().layers.values():
        (text,) = re.findall(r"^```yaml\n(.*?)^```$", read(spec), re.MULTILINE | re.DOTALL)
        assert zoo.check(zoo.loads(text)) == [], use_name(spec)


def graphs_page() -> str:
    return (DOCS / "graphs.md").read_text(encoding="utf-8")


MEASURED = re.compile(r"`O\([^`]*`|unknown")


def test_the_page_of_the_library_says_what_the_files_say() -> None:
    def unknown(_: Resolution) -> tuple[str, str]:
        return "unknown", "unknown"

    def plain(page: str) -> list[str]:
        return [re.sub(r" +", " ", MEASURED.sub("", line)) for line in page.splitlines()]

    assert plain(graphs_page()) == plain(library_page(zoo.registry(), "images/graphs", unknown)), REMEDY


@pytest.mark.long
def test_the_page_of_the_library_has_what_is_measured() -> None:
    assert graphs_page() == library_page(zoo.registry(), "images/graphs", measured), REMEDY


def test_every_graph_has_its_picture() -> None:
    pictures = {path.stem for path in (DOCS / "images" / "graphs").glob("*.png")}
    assert pictures == {name for name in zoo.registry().graphs if name != "blocks"}, REMEDY


def commands(page: str) -> list[str]:
    """What stands in the blocks without a language: a command a line."""
    blocks = re.findall(
        r"^```\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]


def test_the_commands_of_the_road_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("PySide6", reason="pictures are drawn with Qt")
    monkeypatch.chdir(tmp_path)
    said: dict[str, str] = {}
    lines = commands("README.md")
    assert len(lines) == 6
    for line in lines:
        done = CliRunner().invoke(cli, shlex.split(line)[1:], prog_name="zoo")
        assert done.exit_code == 0, (line, done.output, done.exception)
        said[line] = done.output
    assert re.search(
        r"^total +O\(time\) +O\(time\)$", said["zoo show rnn_language_model --formulas"], re.MULTILINE
    )
    assert "time²" in said["zoo show gpt --formulas --depth 0"]
    assert (tmp_path / "gpt.png").stat().st_size > 1000


def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="the documentation is built with mkdocs: pip install layerzoo[docs]")
    command = [
        sys.executable,
        "-P",
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--site-dir",
        str(tmp_path / "site"),
    ]
    done = subprocess.run(command, cwd=DOCS.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "layers" / "attention" / "multi_head.html").is_file()


def test_every_page_is_in_the_navigation() -> None:
    named = re.findall(
        r"^ +- [^:]+: (\S+\.md)$", (DOCS.parent / "mkdocs.yml").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(named) == sorted([*(path.name for path in DOCS.glob("*.md")), "layers/README.md"])


@pytest.mark.long
def test_a_layer_of_ones_own_from_nothing_to_a_trained_model(tmp_path: Path) -> None:
    """``docs/write-a-layer.md``, step by step, where only the built wheel is installed."""
    environment = tmp_path / "environment"
    installed.make(environment)
    text = (DOCS / "write-a-layer.md").read_text(encoding="utf-8")
    steps = re.findall(r"^```(?:\w+ title=(\S+))?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ZOO"))}
    plain |= {"PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}", "PIP_NO_INDEX": "1"}
    plain["PIP_NO_BUILD_ISOLATION"] = "0"  # with what is installed, that is: pip reads it the other way round
    module = {"zoo": ["-P", "-m", "zoo"], "pip": ["-m", "pip"], "pytest": ["-P", "-m", "pytest"]}
    folder, said = tmp_path, ""
    assert len(steps) == 7
    for path, block in steps:
        if path:
            assert (folder / path).parent.is_dir()
            (folder / path).write_text(block, encoding="utf-8")
            continue
        for line in block.splitlines():
            name, *arguments = shlex.split(line)
            if name == "cd":
                folder /= arguments[0]
                continue
            command = [str(environment / "bin" / "python"), *module[name], *arguments]
            done = subprocess.run(command, cwd=folder, env=plain, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            said += f"$ {line}\n{done.stdout}\n"
    assert "Token shift (Peng et al. 2023, RWKV)" in said
    assert "acme/token_shift" in (folder / "layers.html").read_text(encoding="utf-8")
    assert re.search(r"\d+ passed", said)
