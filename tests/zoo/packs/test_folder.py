"""Folders of single-file packs, and the registry made by hand."""

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from zoo import hookspecs, packs
from zoo.errors import PackError
from zoo.packs.offers import HOOKS, spec_of

FILE = '''
from jaxtyping import Float
from torch import Tensor, nn
import zoo

@zoo.layer("lab/same")
class Same(nn.Module):
    """Do nothing."""
    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x
'''


@zoo.layer("mine/same")
class Mine(nn.Module):
    """Do nothing."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x


def nothing(*, group: str) -> tuple[()]:
    return ()


@pytest.fixture(autouse=True)
def without_installed_packs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("importlib.metadata.entry_points", nothing)
    monkeypatch.delenv("ZOO_BLOCK", raising=False)
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("zoo_plugin_"):
            del sys.modules[name]


def test_a_file_needs_no_hook(tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text(FILE)
    registry = packs.load_packs(plugins=[tmp_path])
    assert list(registry.layers) == ["lab/same"]
    (pack,) = registry.packs
    assert (pack.name, pack.module, pack.origin) == (
        "lab",
        str(tmp_path / "lab.py"),
        str(tmp_path / "lab.py"),
    )
    assert registry.layers["lab/same"].pack == "lab"


def test_a_file_with_a_hook_offers_what_the_hook_says(tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text(FILE + "\n@zoo.hookimpl\ndef zoo_layers():\n    return []\n")
    assert not packs.load_packs(plugins=[tmp_path]).layers


def test_a_file_offers_what_it_defines_and_not_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FILE)
    (tmp_path / "b.py").write_text(FILE.replace("lab/", "b/") + "\nfrom zoo_plugin_a import Same as Other\n")
    registry = packs.load_packs(plugins=[tmp_path])
    assert not registry.problems
    assert set(registry.layers) == {"lab/same", "b/same"}


def test_layers_of_a_file_can_be_pickled(tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text(FILE)
    module = packs.load_packs(plugins=[tmp_path]).layers["lab/same"].cls()
    assert type(pickle.loads(pickle.dumps(module))) is type(module)


def test_files_of_one_name_in_two_folders_are_told_apart(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "lab.py").write_text(FILE.replace("lab/", f"{folder}/"))
    registry = packs.load_packs(plugins=[tmp_path / "one", tmp_path / "two", tmp_path / "one"])
    assert set(registry.layers) == {"one/same", "two/same"}
    assert len({registry.layers[use].cls.__module__ for use in registry.layers}) == 2
    assert [pack.name for pack in registry.packs] == [
        f"lab ({tmp_path / each / 'lab.py'})" for each in ("one", "two")
    ]
    assert all("a name names one pack" in pack.notes[0] for pack in registry.packs)
    path = str(tmp_path / "two" / "lab.py")
    assert set(packs.load_packs(plugins=[tmp_path / "one", tmp_path / "two"], block=[path]).layers) == {
        "one/same"
    }


def test_tasks_and_exporters_are_found_by_name(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text(
        "import zoo\n"
        "@zoo.hookimpl\ndef zoo_tasks():\n    return {'copy': dict}\n"
        "@zoo.hookimpl\ndef zoo_exporters():\n    return {'text': str}\n"
    )
    registry = packs.load_packs(plugins=[tmp_path])
    assert (registry.tasks, registry.exporters) == ({"copy": dict}, {"text": str})
    (pack,) = registry.packs
    assert (pack.tasks, pack.exporters) == (("copy",), ("text",))


def test_names_that_begin_with_an_underscore_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "_helper.py").write_text("1 / 0")
    assert not packs.load_packs(plugins=[tmp_path]).packs


def test_a_file_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text("x = 1\n1 / 0\n")
    registry = packs.load_packs(plugins=[tmp_path])
    assert registry.broken["lab"].problem == f"ZeroDivisionError: division by zero ({tmp_path / 'lab.py'}:2)"
    assert "1 / 0" in registry.broken["lab"].traceback
    assert "zoo_plugin_lab" not in sys.modules


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    registry = packs.load_packs(plugins=[tmp_path / "nowhere"])
    assert registry.problems == (
        (
            f"pack 'nowhere': packs are to lie in {tmp_path / 'nowhere'}, and there is no such folder; "
            "mend --plugins or ZOO_PLUGINS"
        ),
    )


def test_ctrl_c_passes(tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        packs.load_packs(plugins=[tmp_path])


def test_the_environment_names_folders_and_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(FILE.replace("lab/", f"{name}/"))
    monkeypatch.setenv("ZOO_PLUGINS", str(tmp_path))
    monkeypatch.setenv("ZOO_BLOCK", "two")
    old = packs.install(None)
    try:
        assert list(zoo.registry().layers) == ["one/same"]
        assert zoo.registry() is zoo.registry()
    finally:
        packs.install(old)


def test_a_registry_by_hand() -> None:
    registry = packs.Registry.of(Mine)
    assert registry.find("mine/same") is registry.find("mine/same@1") is spec_of(Mine)
    assert registry.find("mine/same@2") is None
    assert registry.missing("mine/sane") == (
        "there is no layer 'mine/sane' (did you mean 'mine/same'?)",
        "zoo layers lists them all",
    )
    assert not registry.packs


def test_a_registry_by_hand_refuses_twins_and_strangers() -> None:
    with pytest.raises(PackError, match="'mine/same' is here twice"):
        packs.Registry.of(Mine, Mine)
    with pytest.raises(PackError, match=r"is not one; put @zoo.layer above it"):
        packs.Registry.of(nn.Linear)


def test_the_registry_is_read_only() -> None:
    registry = packs.Registry.of(Mine)
    with pytest.raises(TypeError):
        registry.layers["other/same"] = registry.layers["mine/same"]  # pyright: ignore[reportIndexIssue] # on purpose


def test_every_hook_has_a_docstring() -> None:
    assert HOOKS == ("zoo_layers", "zoo_graphs", "zoo_tasks", "zoo_exporters")
    assert all(getattr(hookspecs, hook).__doc__ for hook in HOOKS)


def test_a_name_that_nobody_offers_is_told_with_one_that_is_like_it() -> None:
    registry = packs.Registry.of(Mine)
    with pytest.raises(KeyError, match=r"there is no layer 'mine/sane' \(did you mean 'mine/same'\?\)"):
        registry.layers["mine/sane"]
    assert registry.graphs.get("gpt") is None
    assert "gpt" not in pickle.loads(pickle.dumps(registry.graphs))
