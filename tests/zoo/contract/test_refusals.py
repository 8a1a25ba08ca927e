"""What the contract refuses: a sound layer with one thing spoilt, and the sentence that says so.

Every case is read twice, with its hints as objects and as strings (``from __future__ import annotations``).
"""

import __future__

import re
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest
from torch import nn

from tests.zoo.refused.classes import CLASS
from tests.zoo.refused.outputs import OUTPUTS
from tests.zoo.refused.ports import AXES, PORTS
from tests.zoo.refused.settings import SETTINGS
from tests.zoo.refused.sound import SOUND, X
from zoo.contract import layer, read
from zoo.errors import LayerError

CASES = {
    f"{kind}: {name}": case
    for kind, cases in {
        "port": PORTS,
        "axis": {name: (X, f'x: Float[Tensor, "{axes}"]', message) for name, (axes, message) in AXES.items()},
        "output": OUTPUTS,
        "setting": SETTINGS,
        "class": CLASS,
    }.items()
    for name, case in cases.items()
}


def run(source: str, *, strings: bool = False) -> dict[str, Any]:
    flags = __future__.annotations.compiler_flag if strings else 0
    space: dict[str, Any] = {"__name__": "lab.cells"}
    exec(compile(source, "<lab>", "exec", flags=flags, dont_inherit=True), space)
    return space


@pytest.mark.parametrize("strings", [False, True], ids=["objects", "strings"])
def test_the_sound_layer_is_sound(strings: bool) -> None:
    spec = run(SOUND, strings=strings)["Cell"].__zoo_spec__
    assert list(spec.inputs) == ["x", "h", "mask"]


@pytest.mark.parametrize("strings", [False, True], ids=["objects", "strings"])
@pytest.mark.parametrize(("old", "new", "message"), CASES.values(), ids=CASES)
def test_one_thing_is_spoilt(old: str, new: str, message: str, strings: bool) -> None:
    assert SOUND.count(old) >= 1, "the case spoils nothing"
    with pytest.raises(LayerError) as caught:
        run(SOUND.replace(old, new, 1), strings=strings)
    assert str(caught.value).startswith(f"lab.cells.Cell: {message}")


def test_a_tuple_of_one_field_called_out_is_refused() -> None:
    """Nothing in the spec would tell it from a tensor, and generated code would read the tuple as one."""
    both = 'h: Float[Tensor, "batch hidden"]\n    weights: Float[Tensor, "batch input"] | None'
    flag = "        *,\n        weights: bool = False,\n"
    source = SOUND.replace(both, 'out: Float[Tensor, "batch hidden"]', 1).replace(flag, "", 1)
    with pytest.raises(LayerError) as caught:
        run(source)
    assert str(caught.value).startswith(
        "lab.cells.Cell: output 'out' of Out is its only field, and an only output is the tensor itself; "
        'write -> Float[Tensor, "batch time dim"], or name the field for what it is'
    )
    run(source.replace("out: Float", "h: Float"))


def test_two_stars_in_one_port_are_refused() -> None:
    """jaxtyping refuses them where the hint is written; as a string, where the class is read."""
    with pytest.raises(LayerError, match="the types of forward cannot be read: Cannot use variadic"):
        run(SOUND.replace(X, 'x: Float[Tensor, "*any *more"]', 1), strings=True)


def test_a_name_that_is_not_there_is_named() -> None:
    source = SOUND.replace("import Bool, Float, Int", "import Float, Int")
    with pytest.raises(LayerError, match=r"Cell: the types of forward name 'Bool', which is not there"):
        run(source, strings=True)


def test_a_type_of_a_setting_that_is_not_there_is_named() -> None:
    source = SOUND.replace("from zoo.fields import Positive", "")
    with pytest.raises(LayerError, match=r"Cell: the types of __init__ name 'Positive', which is not"):
        run(source, strings=True)


@pytest.mark.parametrize("name", ["forward", "training", "weight", "type", "children"])
def test_ports_may_have_the_names_of_attributes(name: str) -> None:
    """A port is a parameter and never kept on the module, so nothing collides."""
    source = SOUND.replace(X, f'{name}: Float[Tensor, "batch input"]', 1)
    assert name in run(source)["Cell"].__zoo_spec__.inputs


def test_a_property_may_answer_for_a_setting() -> None:
    source = SOUND.replace(
        "def forward(", "@property\n    def hidden(self) -> int: return 3\n    def forward(", 1
    )
    assert "hidden" in run(source)["Cell"].__zoo_spec__.widths


def test_a_rule_gives_what_hints_cannot() -> None:
    rule = "@staticmethod\n    def shapes(settings, inputs): ...\n    def forward("
    source = SOUND.replace('h: Float[Tensor, "batch hidden"]', 'h: Float[Tensor, "... anything"]', 1)
    spec = run(source.replace("def forward(", rule, 1))["Cell"].__zoo_spec__
    assert spec.rule is not None


def test_hints_that_name_something_local_are_found() -> None:
    source = f"def make():\n{SOUND.replace(chr(10), chr(10) + '    ')}\n    return Cell\nCell = make()"
    assert run(source, strings=True)["Cell"].__zoo_spec__.id == "lab/cell"


def test_hints_mean_what_they_mean_in_their_own_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fields of a NamedTuple from another module are read with that module's names."""
    theirs = ModuleType("lab_theirs")
    source = SOUND.partition("@layer")[0].replace("Float[Tensor", "F[Tensor")
    flags = __future__.annotations.compiler_flag
    exec(compile(f"{source}\nfrom jaxtyping import Float as F", "<lab>", "exec", flags=flags), vars(theirs))
    monkeypatch.setitem(sys.modules, "lab_theirs", theirs)
    ours = SOUND.replace(
        "class Out(NamedTuple)", "F = int\nfrom lab_theirs import Out\nclass Other(NamedTuple)"
    )
    assert str(run(ours, strings=True)["Cell"].__zoo_spec__.outputs["h"]) == "float batch hidden"


def test_what_pydantic_says_is_kept_as_the_cause() -> None:
    case = CASES["setting: impossible range"]
    with pytest.raises(LayerError) as caught:
        run(SOUND.replace(case[0], case[1], 1))
    assert caught.value.__cause__ is not None


def test_a_layer_that_is_no_class_is_refused() -> None:
    def function() -> None: ...

    with pytest.raises(LayerError, match="function: a layer is a class derived from"):
        layer("lab/function")(function)  # pyright: ignore[reportArgumentType] # on purpose


def test_reading_needs_no_decorator() -> None:
    names: Mapping[str, Any] = run(SOUND)
    assert issubclass(names["Cell"], nn.Module)
    assert read(names["Cell"], "other/name", version=3, names=names).id == "other/name"


def test_every_message_ends_with_a_remedy() -> None:
    """A remedy is an order: mend, write, choose, rename, …, behind a semicolon or a comma."""
    verbs = "annotate|write|choose|name|rename|remove|require|make|give|type|return|use|mend|say|only|count"
    lacking: list[str] = []
    for key, (old, new, _) in CASES.items():
        try:
            run(SOUND.replace(old, new, 1))
        except LayerError as error:
            if not re.search(rf"[;,] (or )?(and )?(versions )?({verbs})\b", str(error)):
                lacking.append(f"{key}: {error}")
    assert set(lacking) <= {
        each for each in lacking if "pydantic makes no model" in each or "this is not one" in each
    }
