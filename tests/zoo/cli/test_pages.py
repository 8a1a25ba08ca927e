"""Pages of layers: what a stranger's layer gets, in Markdown and as one HTML file."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal

import pytest
import torch
from click.testing import Result
from jaxtyping import Bool, Float
from torch import Tensor, nn

import zoo
from zoo import packs
from zoo.checker import resolve
from zoo.fields import Positive
from zoo.pages.example import example
from zoo.pages.layer import layer_page
from zoo.pages.library import kept

Run = Callable[..., Result]


@zoo.layer("lab/odd_map")
class OddMap(nn.Module):
    """A map <b>with</b> marks: a_b * c_d * [e], and ``code`` | more.

        out = W x

    ``weight`` W.
    """

    exempt: ClassVar[dict[str, str]] = {"page": "it is a test"}

    def __init__(self, dim: Positive, width: Positive, kind: Literal["a", "b"] = "a") -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width, dim))

    def forward(
        self, x: Float[Tensor, "batch time dim"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time {self.width}"]:
        return x @ self.weight.T


@zoo.layer("lab/picky")
class Picky(nn.Module):
    """Takes no settings at all."""

    def __init__(self, dim: Positive) -> None:
        super().__init__()

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        return x

    @staticmethod
    def shapes(settings: object, inputs: object) -> dict[str, tuple[int, ...]]:
        raise ValueError("not this one")


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = packs.Registry.of(OddMap, Picky)
    monkeypatch.setattr("zoo.packs.registry", lambda: registry)


@pytest.mark.usefixtures("lab")
def test_pages_are_written_with_an_index(zoo_: Run, tmp_path: Path) -> None:
    done = zoo_("layers lab --docs", str(tmp_path / "docs"))
    assert done.exit_code == 0, done.output
    page = (tmp_path / "docs" / "lab" / "odd_map.md").read_text(encoding="utf-8")
    assert "| parameters | `dim·width` |" in page
    assert "| FLOPs | `2·batch·time·dim·width` |" in page
    assert "| sequential operations | `O(1)` |" in page
    assert "| longest path | joins no places |" in page
    assert r"a_b \* c_d \* \[e\], and `code`" in page
    assert "- The examination leaves out `page`: it is a test." in page
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert zoo.check(zoo.loads(text), packs.Registry.of(OddMap)) == []
    assert "[lab/odd_map](lab/odd_map.md)" in (tmp_path / "docs" / "README.md").read_text(encoding="utf-8")


def test_a_layer_without_an_example_has_a_page_all_the_same() -> None:
    (spec,) = packs.Registry.of(Picky).layers.values()
    assert example(spec) is None
    page = layer_page(spec, None, None, [])
    assert "Takes no settings at all." in page
    assert "## Example" not in page


@pytest.mark.usefixtures("lab")
def test_the_html_is_one_file_that_needs_nothing(zoo_: Run, tmp_path: Path) -> None:
    path = tmp_path / "layers.html"
    assert zoo_("layers --html", str(path)).output == f"wrote {path}\n"
    html = path.read_text(encoding="utf-8")
    assert '<article id="lab/odd_map">' in html
    assert '<a href="#lab/picky">' in html
    assert "&lt;b&gt;with&lt;/b&gt; marks" in html
    assert "<b>with</b>" not in html
    assert "{{" not in html
    assert not re.search(r"(src|href)=\"(?!#)|@import|url\(", html)
    assert "light-dark(" in html


@pytest.mark.usefixtures("lab")
def test_a_page_that_cannot_be_written_is_told(zoo_: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = zoo_("layers lab/picky --html", str(tmp_path / "file" / "layers.html"))
    assert done.exit_code == 1
    assert "file' cannot be made: " in done.stderr
    done = zoo_("layers lab/picky --html", str(tmp_path / "file"))
    assert "exists already" in done.stderr


@pytest.mark.usefixtures("lab")
def test_a_quick_page_keeps_what_was_measured_of_the_same_example(zoo_: Run, tmp_path: Path) -> None:
    page = tmp_path / "lab" / "odd_map.md"
    assert zoo_("layers lab/odd_map --docs", str(tmp_path)).exit_code == 0
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("`dim·width`", "`marked`").replace("A map", "Another map"), encoding="utf-8")
    assert zoo_("layers lab/odd_map --quick --docs", str(tmp_path)).exit_code == 0
    assert page.read_text(encoding="utf-8") == text.replace("`dim·width`", "`marked`")
    page.write_text(text.replace("width: 64", "width: 65"), encoding="utf-8")
    assert zoo_("layers lab/odd_map --quick --docs", str(tmp_path)).exit_code == 0
    assert page.read_text(encoding="utf-8") == text


def test_a_quick_page_of_the_library_measures_new_graphs_alone() -> None:
    old = "# The library\n\n## old\n\n| parameters | sequential | path | new layers |\n"
    old += "| --- | --- | --- | --- |\n| 3 k | `O(old)` |  |  |\n"
    graph = zoo.loads(
        "format: zoo/1\nname: old\ninputs: {x: float batch 3}\noutputs: {y: a}\n"
        "nodes: {a: {use: basic/tanh, in: x}}\n"
    )
    assert kept(old)(resolve(graph)) == ("`O(old)`", "")
    assert kept(old.replace("## old", "## older"))(resolve(graph)) == ("`O(1)`", "")
