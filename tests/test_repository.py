"""The repository keeps its word: one list of packages, pins that fit, reasons given, a light import."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import zoo

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TOOLS: dict[str, Any] = PROJECT["tool"]
PACKAGES: list[str] = TOOLS["hatch"]["build"]["targets"]["wheel"]["packages"]
NAMES = [Path(package).name for package in PACKAGES]
PLUGINS = [Path(package).name for package in PACKAGES if package.startswith("plugins/")]


def sources() -> list[Path]:
    """Every Python file of ours."""
    roots = ("zoo", "plugins", "gui", "graphs", "tests", "benchmarks")
    return [path for root in roots for path in sorted((ROOT / root).rglob("*.py"))]


def test_every_package_on_disk_is_packaged() -> None:
    on_disk = {
        str(path.parent.relative_to(ROOT))
        for root in ("plugins", "gui", "graphs")
        for path in (ROOT / root).glob("*/__init__.py")
    }
    assert on_disk | {"zoo"} == set(PACKAGES)


def test_the_lists_of_packages_agree() -> None:
    contents = TOOLS["check-wheel-contents"]
    assert contents["package"] == PACKAGES
    assert contents["toplevel"] == NAMES
    assert TOOLS["ruff"]["lint"]["isort"]["known-first-party"] == NAMES
    assert TOOLS["importlinter"]["root_packages"] == NAMES
    (hook,) = (flag for flag in TOOLS["pytest"]["ini_options"]["addopts"] if flag.startswith("--jaxtyping"))
    assert hook == f"--jaxtyping-packages={','.join(PLUGINS)},beartype.beartype"


def test_every_module_is_light_or_known_to_be_heavy() -> None:
    """A module of ``zoo`` does without torch by contract, or is one of the few that need it."""
    heavy = {
        "bare",
        "cli",
        "compiler",
        "contract",
        "costs",
        "decoding",
        "ejecting",
        "exporting",
        "formulas",
        "importing",
        "pages",
        "probing",
        "recurrence",
        "rows",
        "samples",
        "tasks",
        "testing",
        "training",
    }
    (contract,) = (each for each in TOOLS["importlinter"]["contracts"] if "without torch" in each["name"])
    light = {name.removeprefix("zoo.") for name in contract["source_modules"]}
    modules = {path.stem for path in (ROOT / "zoo").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert light | heavy | {"__init__", "__main__", "__pycache__"} >= modules
    assert light | heavy <= modules


def test_every_module_stands_on_the_page_of_the_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = {path.stem for path in (ROOT / "zoo").iterdir() if path.suffix == ".py" or path.is_dir()}
    named = {name for name in modules if f"`{name}`" in page or f"`{name}/`" in page}
    assert {name for name in modules - named if not name.startswith("__")} == set()


@pytest.mark.parametrize(
    "package",
    [
        "checker",
        "cli",
        "compiler",
        "compiler/merging",
        "compiler/recognition",
        "compiler/scans",
        "compiler/step",
        "contract",
        "edits",
        "ejecting",
        "ejecting/flat",
        "exporting",
        "files",
        "formulas",
        "pages",
        "probing",
        "recurrence",
        "tasks",
        "testing",
    ],
)
def test_the_map_of_a_package_names_every_module(package: str) -> None:
    folder = ROOT / "zoo" / package
    told = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert {path.name for path in folder.glob("*.py") if path.name not in told} == {"__init__.py"}


NAMED = {
    (name, str(path.relative_to(ROOT)))
    for path in [
        *(ROOT / "zoo").rglob("*.py"),
        *(ROOT / "plugins").rglob("*.py"),
        *(ROOT / "docs").glob("*.md"),
    ]
    for name in re.findall(r"`(zoo(?:_\w+)?(?:\.\w+)+)\(?`", path.read_text(encoding="utf-8"))
}


def exists(name: str) -> bool:
    """Whether a dotted name is a module, or a module with these words in it; few are imported to see."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            spec = find_spec(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        if spec is not None and spec.origin is not None:
            text = Path(spec.origin).read_text(encoding="utf-8")
            return all(re.search(rf"\b{part}\b", text) for part in parts[end:])
    return False


def test_every_module_and_function_that_is_named_exists() -> None:
    assert len(NAMED) > 40
    assert not exists("zoo.files.atomic")
    assert not [f"{path}: {name}" for name, path in sorted(NAMED) if not exists(name)]


def test_every_pack_enters_by_an_entry_point() -> None:
    packs = {value: name for name, value in PROJECT["project"]["entry-points"]["zoo"].items()}
    assert packs == {name: name.removeprefix("zoo_") for name in [*PLUGINS, "zoo_graphs"]}
    installed = distribution("layerzoo").entry_points
    assert {entry.value for entry in installed if entry.group == "zoo"} == set(packs)


def test_what_is_tested_is_what_is_installed() -> None:
    """An editable install is tested in the source tree, a wheel in site-packages; never a mixture."""
    url = json.loads(distribution("layerzoo").read_text("direct_url.json") or "{}")
    if url.get("dir_info", {}).get("editable"):
        expected = [ROOT / package / "__init__.py" for package in PACKAGES]
    else:
        expected = [Path(str(distribution("layerzoo").locate_file(f"{name}/__init__.py"))) for name in NAMES]
    specs = [find_spec(name) for name in NAMES]
    assert [spec.origin if spec else None for spec in specs] == list(map(str, expected))


@pytest.mark.parametrize("name", ["zoo/py.typed", *(f"{package}/py.typed" for package in PACKAGES[1:])])
def test_packages_say_that_they_are_typed(name: str) -> None:
    package = Path(name).parent.name
    assert files(package).joinpath("py.typed").is_file()


def test_the_graphs_are_installed() -> None:
    in_tree = {path.name for path in (ROOT / "graphs" / "zoo_graphs").glob("*.yaml")}
    installed = {path.name for path in files("zoo_graphs").iterdir() if path.name.endswith(".yaml")}
    assert installed == in_tree
    assert installed


@pytest.mark.parametrize("statement", ["import zoo", "import zoo.cli"])
def test_importing_is_light(statement: str) -> None:
    heavy = ["torch", "PySide6", "lightning"]
    code = f"{statement}, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_loading_every_pack_needs_neither_qt_nor_lightning() -> None:
    code = "import zoo, sys; zoo.registry(); print({'PySide6', 'lightning'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def requirements() -> list[Requirement]:
    """What pyproject.toml asks for, outside what other libraries' layers are compared by."""
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    wanted = [extras[name] for name in ("gui", "train", "export", "probe", "test", "dev")]
    lines = [*project["dependencies"], *(line for extra in wanted for line in extra)]
    return [Requirement(line) for line in lines if not line.startswith("layerzoo[")]


def pins() -> dict[str, Version]:
    """The pinned version of each distribution; a line that is not a plain ``name==version`` fails."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    plain = [re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines if not line.startswith("#")]
    return {
        canonicalize_name(pin[1]): Version(pin[2]) for pin in plain if pin or pytest.fail("not a plain pin")
    }


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_every_requirement_is_pinned_within_its_bounds(requirement: Requirement) -> None:
    if requirement.marker and not requirement.marker.evaluate({"python_version": "3.11"}):
        pytest.skip("for another Python than the pins are made for")
    version = pins()[canonicalize_name(requirement.name)]
    assert version in requirement.specifier


SUPPRESSION = re.compile(
    r"#\s*(noqa|type:\s*ignore|pyright:\s*(?:ignore|basic|strict|report)|pragma: no cover)(.*)"
)
EXPLAINED = re.compile(r"(: ?[A-Z]+\d+(, ?[A-Z]+\d+)*|\[\w+(, ?\w+)*\]|=\w+) +(#|-|–) *\S+.*")


@pytest.mark.parametrize("line", ["x  # noqa", "x  # noqa: S102", "x  # pyright: ignore[reportAny]"])
def test_a_bare_suppression_is_noticed(line: str) -> None:
    assert unexplained(line)


@pytest.mark.parametrize(
    "line", ["x", "x  # noqa: S102 - we wrote it", "x  # pyright: ignore[reportAny] # untyped"]
)
def test_an_explained_suppression_passes(line: str) -> None:
    assert not unexplained(line)


def unexplained(line: str) -> bool:
    """Whether the line silences a check without naming it and saying why."""
    found = SUPPRESSION.search(line)
    return found is not None and EXPLAINED.fullmatch(found[2].rstrip()) is None


def test_every_suppression_gives_its_reason() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if unexplained(line)
    ]
    assert not bare, "\n".join(bare)


def test_every_command_of_the_makefile_is_told_to_contributors() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(commands) >= 6
    assert not [command for command in commands if command != "help" and f"make {command}" not in told]


def test_the_changelog_knows_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(PROJECT['project']['version'])}\]", text, re.MULTILINE)
    assert distribution("layerzoo").version == zoo.__version__ == PROJECT["project"]["version"]


LINK = re.compile(r"\[[^\]]+\]\((?!https?:|#)([^)#]+)[^)]*\)")


@pytest.mark.parametrize(
    "page", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]), ids=lambda path: path.name
)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not [target for target in LINK.findall(text) if not (page.parent / target).exists()]
