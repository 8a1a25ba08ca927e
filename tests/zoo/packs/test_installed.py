"""Packs that pip installed for real, into a folder of their own: the sound and the broken."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

LAYER = '''
from jaxtyping import Float
from torch import Tensor, nn
import zoo

@zoo.layer("{id}")
class {name}(nn.Module):
    """Do nothing."""
    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x

@zoo.hookimpl
def zoo_layers():
    return [{name}]
'''

SOUND = {
    "lab_one": LAYER.format(id="one/same", name="Same")
    + """
from pathlib import Path

@zoo.hookimpl
def zoo_graphs():
    return [Path(__file__).parent / "tiny.yaml"]
""",
    "lab_two": LAYER.format(id="two/same", name="Same"),
}

# entry point -> module
BROKEN = {
    "absent": "import surely_not_installed",
    "syntax": "def (:",
    "exits": "import sys\nsys.exit(3)",
    "misspelt": "import zoo\n@zoo.hookimpl\ndef zoo_layer():\n    return []",
    "unmarked": "def zoo_layers():\n    return []",
    "idle": "pass",
    "raises": "import zoo\n@zoo.hookimpl\ndef zoo_layers():\n    raise RuntimeError('out of luck')",
    "rubbish": "import zoo\n@zoo.hookimpl\ndef zoo_layers():\n    return 7",
    "strangers": "import zoo\n@zoo.hookimpl\ndef zoo_layers():\n    return [int]",
    "unsound": LAYER.format(id="unsound/layer", name="Unsound").replace('"*any dim"', '"*any {self.dim}"'),
    "twice": LAYER.format(id="twice/same", name="Same").replace("[Same]", "[Same, Same]"),
    "claims": LAYER.format(id="two/same", name="Other"),
    "nowhere": "import zoo\n@zoo.hookimpl\ndef zoo_graphs():\n    return ['/surely/not/there.yaml']",
    "tools": "import zoo\n@zoo.hookimpl\ndef zoo_tasks():\n    return ['copy']",
    "untyped": "import zoo\n@zoo.hookimpl\ndef zoo_exporters():\n    return {'onnx': 3}",
    "arguments": "import zoo\n@zoo.hookimpl\ndef zoo_layers(config):\n    return []",
    "one": "",  # the name of the pack of another distribution
}

REPORT = """
import json, sys, zoo
registry = zoo.registry()
print(json.dumps({
    "layers": sorted(registry.layers),
    "graphs": {name: str(path) for name, path in registry.graphs.items()},
    "found": [use for use in ["one/same", "two/same", "one/same@1"] if registry.find(use)],
    "missing": {use: registry.missing(use) for use in ["two/same", "one/same@2", "absent/x", "new/x"]},
    "packs": {
        pack.name: {field: getattr(pack, field) for field in pack.__slots__} for pack in registry.packs
    },
    "broken": sorted(registry.broken),
    "notes": registry.notes,
    "imported": sorted(name for name in sys.modules if name.startswith("lab_")),
}))
"""


def distribution(folder: Path, name: str, modules: dict[str, str], entry_points: dict[str, str]) -> Path:
    """The source tree of a distribution with single-module packages."""
    root = folder / name
    for module, source in modules.items():
        (root / module).mkdir(parents=True)
        (root / module / "__init__.py").write_text(source)
        (root / module / "tiny.yaml").write_text("format: zoo/1\n")
    points = "\n".join(f'{point} = "{module}"' for point, module in entry_points.items())
    (root / "pyproject.toml").write_text(
        dedent(f"""\
        [build-system]
        requires = ["hatchling"]
        build-backend = "hatchling.build"
        [project]
        name = "{name}"
        version = "1.2"
        [project.entry-points.zoo]
        """)
        + points
        + f"\n[tool.hatch.build.targets.wheel]\npackages = {json.dumps([*modules])}\n"
    )
    return root


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed three distributions."""
    folder = tmp_path_factory.mktemp("packs")
    sources = [
        distribution(folder, "lab-one", {"lab_one": SOUND["lab_one"]}, {"one": "lab_one"}),
        distribution(folder, "lab-two", {"lab_two": SOUND["lab_two"]}, {"two": "lab_two"}),
        distribution(
            folder,
            "lab-broken",
            {f"lab_{point}_": source for point, source in BROKEN.items()},
            {point: f"lab_{point}_" for point in BROKEN},
        ),
    ]
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", f"--target={folder / 'site'}"]
    pip = [sys.executable, "-m", "pip", "install", *options, *map(str, sources)]
    done = subprocess.run(
        pip, capture_output=True, text=True, check=False, env={**os.environ, "PIP_CONFIG_FILE": os.devnull}
    )
    assert done.returncode == 0, done.stderr
    return folder / "site"


def report(site: Path, **environment: str) -> dict[str, Any]:
    """What the registry of a fresh process says with the folder on its path."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", REPORT],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(site), **environment},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def registry(site: Path) -> dict[str, Any]:
    return report(site)


def test_an_installed_pack_is_found_and_its_layers_and_graphs_are_used(
    registry: dict[str, Any], site: Path
) -> None:
    assert "one/same" in registry["layers"]
    assert registry["found"] == ["one/same", "one/same@1"]
    assert registry["graphs"]["tiny"] == str(site / "lab_one" / "tiny.yaml")


def test_a_pack_says_where_it_is_from_and_how_long_it_took(registry: dict[str, Any]) -> None:
    pack = registry["packs"]["two"]
    assert (pack["module"], pack["distribution"], pack["version"]) == ("lab_two", "lab-two", "1.2")
    assert 0 < pack["seconds"] < 30
    assert sum(pack["imported_torch"] for pack in registry["packs"].values()) == 1


def test_our_own_packs_enter_by_the_same_door(registry: dict[str, Any]) -> None:
    ours = [pack for pack in registry["packs"].values() if pack["distribution"] == "layerzoo"]
    assert "graphs" in {pack["name"] for pack in ours}
    assert "gpt" in registry["graphs"]


@pytest.mark.parametrize(
    ("name", "problem", "trace"),
    [
        ("absent", "ModuleNotFoundError: No module named 'surely_not_in", "lab_absent_/__init__.py"),
        ("syntax", "SyntaxError: ", "lab_syntax_"),
        ("exits", "SystemExit: 3 (", "lab_exits_/__init__.py"),
        ("misspelt", "there is no hook 'zoo_layer' (did you mean 'zoo_layers'?); the hooks are", ""),
        ("unmarked", "nobody calls its function zoo_layers, which is not marked; put @zoo.hook", ""),
        ("idle", "a pack offers something, and this has neither hook nor layer; put @zoo.hookimpl above", ""),
        ("raises", "RuntimeError: out of luck (", "lab_raises_/__init__.py"),
        ("rubbish", "zoo_layers returns a list, and here it returned 7", ""),
        ("strangers", "zoo_layers returns layers, and builtins.int is not one; put @zoo.layer", ""),
        ("unsound", "lab_unsound_.Unsound: forward's 'x': {self.dim} is no parameter of", "lab_unsound_"),
        ("twice", "an id names one layer, and 'twice/same' names lab_twice_.Same and lab_twice_.Same", ""),
        ("nowhere", "zoo_graphs returns paths, and nothing is at /surely/not/there.yaml; is it in the", ""),
        ("tools", "zoo_tasks returns a dict by name, and here it returned ['copy']", ""),
        ("untyped", "zoo_exporters returns names with callables, and here 'onnx': 3; mend this entry", ""),
        ("arguments", "PluginValidationError: Plugin 'lab_arguments_' for hook 'zoo_layers'", "config"),
    ],
)  # fmt: skip
def test_a_broken_pack_says_why_and_offers_nothing(
    registry: dict[str, Any], name: str, problem: str, trace: str
) -> None:
    pack = registry["packs"][name]
    assert pack["problem"].startswith(problem)
    assert name in registry["broken"]
    assert not any(pack[offer] for offer in ("layers", "graphs", "tasks", "exporters"))
    assert trace in pack["traceback"]
    assert bool(pack["traceback"]) == bool(trace)


def test_no_pack_takes_another_with_it(registry: dict[str, Any]) -> None:
    sound = {"one (lab-one)", "two", "claims", "graphs"}
    assert sound <= registry["packs"].keys() - registry["broken"]
    assert {each for each in BROKEN if each not in ("one", "claims")} <= set(registry["broken"])


def test_an_id_that_two_packs_claim_belongs_to_neither_and_names_both(registry: dict[str, Any]) -> None:
    assert "two/same" not in registry["layers"]
    for name in ("two", "claims"):
        (note,) = registry["packs"][name]["notes"]
        assert "the layer 'two/same' is claimed by 'claims' (lab-broken 1.2) and 'two' (lab-two 1.2)" in note
    assert registry["missing"]["two/same"][0].endswith("by 'claims' (lab-broken 1.2) and 'two' (lab-two 1.2)")


def test_two_distributions_with_a_pack_of_one_name_are_noticed(registry: dict[str, Any]) -> None:
    assert "one" not in registry["packs"]
    for name in ("one (lab-one)", "one (lab-broken)"):
        assert "'one' comes from lab-one 1.2 and lab-broken 1.2" in registry["packs"][name]["notes"][
            0
        ].replace("lab-broken 1.2 and lab-one 1.2", "lab-one 1.2 and lab-broken 1.2")


def test_what_is_not_there_is_explained(registry: dict[str, Any]) -> None:
    missing = registry["missing"]
    assert missing["one/same@2"][0] == "the layer 'one/same' has no version 2, only 1"
    assert missing["absent/x"][0].startswith(
        "there is no layer 'absent/x': the pack 'absent' is broken: Module"
    )
    assert missing["new/x"][1] == "install the pack that offers new/..., or name its folder in ZOO_PLUGINS"


def test_a_blocked_pack_is_not_imported(site: Path) -> None:
    """A distribution's name blocks all of its packs; an id that two packs claimed then has one owner."""
    registry = report(site, ZOO_BLOCK="Lab_Broken, surely-not")
    blocked = {name for name, pack in registry["packs"].items() if pack["blocked"]}
    assert blocked == {*BROKEN} - {"one"} | {"one (lab-broken)"}
    assert registry["imported"] == ["lab_one", "lab_two"]
    assert not blocked & set(registry["broken"])
    assert "two/same" in registry["layers"]
    assert registry["notes"] == [
        "ZOO_BLOCK names packs or distributions, and 'surely-not' is neither; mend it"
    ]
    assert registry["missing"]["absent/x"][0] == "there is no layer 'absent/x': the pack 'absent' is blocked"
