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

from zoo.contract import layer, read
from zoo.errors import LayerError

SOUND = '''
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, NamedTuple
import jaxtyping
import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn
from zoo.contract import layer
from zoo.fields import Positive

class Out(NamedTuple):
    h: Float[Tensor, "batch hidden"]
    weights: Float[Tensor, "batch input"] | None

@layer("lab/cell")
class Cell(nn.Module):
    """One step."""

    def __init__(
        self, input: Positive, hidden: Positive, bias: bool = True, groups: int | None = None
    ) -> None:
        super().__init__()

    def forward(
        self,
        x: Float[Tensor, "batch input"],
        h: Float[Tensor, "batch hidden"],
        mask: Bool[Tensor, "batch extra"] | None = None,
        *,
        weights: bool = False,
    ) -> Out: ...
'''

# what is spoilt, by what, and what the message says behind the class's name
X = 'x: Float[Tensor, "batch input"]'

PORTS = {
    "no type": (X, "x", "forward's 'x': a port has a type, and this has none; annotate it: x: Float"),
    "no array": (
        X,
        "x: Tensor",
        "forward's 'x': a port is a tensor with named axes, and its type is torch.Tensor; write Float",
    ),
    "plain type": (
        X,
        "x: int",
        "forward's 'x': a port is a tensor with named axes, and its type is int; write Float",
    ),
    "other dtype": (
        X,
        'x: jaxtyping.Complex[Tensor, "batch input"]',
        "forward's 'x': a port is Float, Int or Bool, and this is Complex; choose",
    ),
    "any dtype": (
        X,
        'x: jaxtyping.Shaped[Tensor, "batch input"]',
        "forward's 'x': a port is Float, Int or Bool, and this is Shaped; choose",
    ),
    "other array": (
        X,
        'x: Float[np.ndarray, "batch input"]',
        "forward's 'x': a port is a torch.Tensor, and this is numpy.ndarray; write",
    ),
    "half optional": (
        "| None = None,\n        *",
        "| None,\n        *",
        (
            "forward's 'mask': a port is optional by type and default together; write X | None = None, or "
            "neither"
        ),
    ),
    "other half optional": (
        'extra"] | None = None',
        'extra"] = None',
        (
            "forward's 'mask': a port is optional by type and default together; write X | None = None, or "
            "neither"
        ),
    ),
    "default": (
        'extra"] | None = None',
        'extra"] = torch.zeros(())',
        "forward's 'mask': an unwired port is None, and its default is tensor(0.); write X | None = None",
    ),
    "positional": (
        "| None = None,\n        *",
        "| None = None,\n        /, *",
        "forward's 'x': ports are wired by name, and it is positional only; remove the / of forward",
    ),
    "keywords": (
        "weights: bool = False",
        'weights: bool = False, **rest: Float[Tensor, "batch"]',
        "forward's 'rest': ** takes whatever comes, and a port has a name and a type; name the ports",
    ),
    "untyped variadic": (
        "*,",
        "*xs,",
        "forward's 'xs': a port has a type, and this has none; annotate it: xs: Float",
    ),
    "variadic none": (
        "*,",
        '*xs: Float[Tensor, "batch"] | None,',
        "forward's 'xs': a variadic port takes as many wires as there are, never None; remove | None",
    ),
    "variadic behind optional": (
        "*,",
        '*xs: Float[Tensor, "batch"],',
        (
            "forward's 'xs': it stands behind an optional port, which could then not be left out; require "
            "that one"
        ),
    ),
    "name that files cannot say": (
        X,
        'größe: Float[Tensor, "batch input"]',
        "forward's 'größe': its name is no word of plain letters, digits and _, as files need; rename it",
    ),
    "name that files read otherwise": (
        X,
        'null: Float[Tensor, "batch input"]',
        "forward's 'null': its name is no word of plain letters, digits and _, as files need; rename it",
    ),
    "static forward": (
        "def forward(\n        self,",
        "@staticmethod\n    def forward(",
        "forward is a static or class method; make it an ordinary one, with self",
    ),
    "no forward": (
        "def forward(",
        "def forwards(",
        "forward's parameters are the input ports, and there is no forward; write one",
    ),
}

AXES = {
    "broadcast": (
        "#batch input",
        "forward's 'x': axis '#batch' broadcasts, which graphs never do silently; write the name without #",
    ),
    "tree": (
        "?batch input",
        (
            "forward's 'x': axis '?batch' depends on its place in a pytree, and a port is one tensor; write "
            "the name without ?"
        ),
    ),
    "name and size": (
        "batch input=4",
        "forward's 'x': axis 'input=4' gives a name and a size; write one of the two",
    ),
    "nameless star": (
        "*_ input",
        "forward's 'x': axis '*_' is a star without a plain name; write *any, or ...",
    ),
    "leading underscore": (
        "_batch input",
        "forward's 'x': axis '_batch' begins with _ and so binds nothing; write _ alone, or another name",
    ),
    "braces": (
        "batch {hidden}",
        (
            "forward's 'x': axis '{hidden}' has braces around something else than a setting; write "
            "{self.setting}"
        ),
    ),
    "dollar": (
        "batch $input",
        "forward's 'x': axis '$input' has a $, which belongs to files; write {self.setting}",
    ),
    "two dots": (
        "batch input-",
        (
            "forward's 'x': axis 'input-': 'input-' is not a size: it ends where a number or a name is "
            "expected; write a size as in dim*4+1, without spaces"
        ),
    ),
    "unbound in a sum": (
        "batch inputs+1",
        (
            "forward's 'x': axis 'inputs + 1' cannot be computed: no setting and no required port before it "
            "has 'inputs' (did you mean 'input'?); give this axis a name, or add one of them"
        ),
    ),
    "bound too late": (
        "batch width+1",
        (
            "forward's 'x': axis 'width + 1' cannot be computed: no setting and no required port before it "
            "has 'width'; give"
        ),
    ),
    "setting without braces": (
        "batch input+1",
        "forward's 'x': in axis 'input + 1' jaxtyping does not know 'input'; write {self.input}",
    ),
    "no such setting": (
        "batch {self.inputs}",
        (
            "forward's 'x': {self.inputs} is no parameter of __init__ (did you mean 'input'?), and only "
            "these are known before the layer is built"
        ),
    ),
    "setting that is no size": (
        "batch bias",
        "forward's 'x': axis 'bias' has the name of the setting 'bias', which is no size; rename one",
    ),
    "setting that may be None in a sum": (
        "batch {self.groups}+1",
        "forward's 'x': axis 'groups + 1' has no size where the setting 'groups' is None; make it an int",
    ),
}

OUTPUTS = {
    "no type": (
        " -> Out:",
        ":",
        "forward's return type is the output ports, and there is none; write -> Float",
    ),
    "None": (
        " -> Out:",
        " -> None:",
        "forward's return: a port is a tensor with named axes, and its type is None; write Float",
    ),
    "plain tuple": (
        " -> Out:",
        " -> tuple[Tensor, Tensor]:",
        "forward returns a tuple whose fields have no names; return a NamedTuple",
    ),
    "bare tuple": (
        " -> Out:",
        " -> tuple:",
        "forward returns a tuple whose fields have no names; return a NamedTuple",
    ),
    "maybe none": (
        " -> Out:",
        ' -> Float[Tensor, "batch"] | None:',
        "forward may return None; make an output on demand the field X | None of a NamedTuple",
    ),
    "untyped field": (
        'h: Float[Tensor, "batch hidden"]',
        "h: Tensor",
        "output 'h' of Out: a port is a tensor with named axes, and its type is torch.Tensor; write",
    ),
    "all on demand": (
        'h: Float[Tensor, "batch hidden"]\n',
        "",
        "Out has no field that is always computed; type one without | None",
    ),
    "nobody binds": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "batch hiden"]',
        (
            "output 'h': nothing binds the axis 'hiden' (did you mean 'hidden'?); name an axis of an input "
            "or a setting, or give the class a static shapes(settings, inputs)"
        ),
    ),
    "nobody binds the star": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "*any hidden"]',
        "output 'h': nothing binds the axis '*any'; name",
    ),
    "any length": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "... hidden"]',
        "output 'h': nothing says how long '...' is; name it as an axis of an input, or give",
    ),
    "any size": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "batch _"]',
        "output 'h': nothing says how long '_' is; name it as an axis of an input, or give",
    ),
    "bound by an optional port": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "batch extra"]',
        (
            "output 'h': axis 'extra' is unknown while the optional ports that have it are not wired; "
            "require one, or give"
        ),
    ),
    "setting that may be None": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "batch groups"]',
        "output 'h': axis 'groups' is unknown where the setting is None; make it an int, or give",
    ),
    "nobody asks": (
        "*,\n        weights: bool = False,",
        "",
        (
            "output 'weights' is X | None, on demand, and nothing asks for it; give forward *, weights: "
            "bool = False"
        ),
    ),
    "asked for by default": (
        "weights: bool = False",
        "weights: bool = True",
        "forward's 'weights' asks for an output, and not by default; write weights: bool = False",
    ),
    "asked for by no bool": (
        "weights: bool = False",
        "weights: int = False",
        "forward's 'weights' asks for an output, and not by default; write weights: bool = False",
    ),
    "asks for nothing": (
        "weights: bool = False",
        "weigths: bool = False",
        (
            "forward's keyword-only 'weigths' asks for no output (did you mean 'weights'?); make it a port "
            "(before the *), a setting"
        ),
    ),
}

SETTINGS = {
    "no type": (
        "bias: bool = True",
        "bias=True",
        "a setting has a type, and 'bias' has none; annotate it: bias: int",
    ),
    "star": (
        "bias: bool = True",
        "*bias: bool",
        "a setting has a name and a type, and __init__ takes *bias; name them one by one",
    ),
    "stars": (
        "groups: int | None = None",
        "**rest: int",
        "a setting has a name and a type, and __init__ takes **rest; name them one by one",
    ),
    "positional": (
        "bias: bool = True",
        "/, bias: bool = True",
        "settings are given by name, and 'input' is positional only; remove the / of __init__",
    ),
    "no value in a file": (
        "bias: bool = True",
        "bias: Callable[..., Any]",
        (
            "setting 'bias': its type is collections.abc.Callable[..., Any], of which a file can write no "
            "value; use int"
        ),
    ),
    "list": (
        "bias: bool = True",
        "bias: list[int]",
        "setting 'bias': its type is list[int], of which a file can write no value; use int",
    ),
    "module": (
        "bias: bool = True",
        "bias: nn.Module",
        (
            "setting 'bias': its type is torch.nn.modules.module.Module, of which a file can write no "
            "value; use int"
        ),
    ),
    "inside": (
        "bias: bool = True",
        "bias: tuple[int, Any] | None",
        "setting 'bias': its type is Any, of which a file can write no value; use int",
    ),
    "wrong default": (
        "bias: bool = True",
        "bias: bool = 3",
        "setting 'bias': its own type refuses its default: Input should be a valid boolean; mend one of them",
    ),
    "default out of range": (
        "hidden: Positive,",
        "hidden: Positive = 0,",
        (
            "setting 'hidden': its own type refuses its default: Input should be greater than 0; mend one "
            "of them"
        ),
    ),
    "alias": (
        "bias: bool = True",
        "bias: Annotated[bool, Field(alias='b')] = True",
        "setting 'bias' has one name, and its Field an alias; remove the alias",
    ),
    "type without a schema": (
        "bias: bool = True",
        "bias: Annotated[str, Field(pattern='(')] = 'a'",
        "pydantic makes no model of the settings: ",
    ),
    "impossible range": (
        "bias: bool = True",
        "bias: Annotated[str, Field(gt=3)] = 'a'",
        "pydantic cannot check the default of a setting: Unable to apply constraint 'gt'",
    ),
    "method of nn.Module": (
        "bias: bool = True",
        "train: bool = True",
        "setting 'train' shadows nn.Module.train: the layer would keep it as self.train; choose another name",
    ),
    "attribute of nn.Module": (
        "bias: bool = True",
        "training: bool = True",
        (
            "setting 'training' shadows nn.Module.training: the layer would keep it as self.training; "
            "choose another name"
        ),
    ),
    "conversion of nn.Module": (
        "bias: bool = True",
        "half: bool = True",
        "setting 'half' shadows nn.Module.half: the layer would keep it as self.half; choose another name",
    ),
    "method of the class": (
        "def __init__(",
        "def bias(self): ...\n    def __init__(",
        "setting 'bias' has the name of a method of the class; rename one of them",
    ),
    "attribute of pydantic's": (
        "bias: bool = True",
        "schema: bool = True",
        "setting 'schema' shadows BaseModel.schema of pydantic, which holds it; choose another name",
    ),
    "private": (
        "bias: bool = True",
        "_bias: bool = True",
        "setting '_bias' begins with _, as private names do; rename it",
    ),
    "name that files cannot say": (
        "bias: bool = True",
        "größe: bool = True",
        "setting 'größe' is no word of plain letters, digits and _, as files need; rename it",
    ),
}

CLASS = {
    "id": (
        '"lab/cell"',
        '"cell"',
        "the id 'cell' is not pack/name in plain lower case; write for example 'recurrent/lstm_cell'",
    ),
    "id in capitals": (
        '"lab/cell"',
        '"Lab/Cell"',
        "the id 'Lab/Cell' is not pack/name in plain lower case; write",
    ),
    "id with a version": (
        '"lab/cell"',
        '"lab/cell@2"',
        "the id 'lab/cell@2' is not pack/name in plain lower case; write",
    ),
    "version": ('"lab/cell"', '"lab/cell", version=0', "the version is 0, and versions count from 1"),
    "no docstring": (
        '"""One step."""',
        "",
        "the docstring is the help text, and there is none; say what it computes and whose idea it is",
    ),
    "empty docstring": (
        "One step.",
        "   ",
        "the docstring is the help text, and there is none; say what it computes and whose idea it is",
    ),
    "unknown role": (
        '"""One step."""',
        '"""One step."""\n    role = "nrom"',
        'role is "norm" or "sum", and this is \'nrom\'; write one of these, or leave',
    ),
    "no module": ("(nn.Module)", "", "a layer is a class derived from torch.nn.Module, and this is none"),
    "rule that is no static method": (
        "def forward(",
        "def shapes(self, settings, inputs): ...\n    def forward(",
        "shapes computes the output shapes from two values; write @staticmethod def shapes(settings, inputs)",
    ),
    "rule of one value": (
        "def forward(",
        "@staticmethod\n    def shapes(inputs): ...\n    def forward(",
        "shapes computes the output shapes from two values; write @staticmethod def shapes(settings, inputs)",
    ),
}

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
        each for each in lacking if "pydantic makes no model" in each or "this is none" in each
    }
