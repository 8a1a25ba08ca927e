"""Edits of blocks and repeats."""

import pytest

from tests.edit_texts import base, lines_changed
from zoo.edits import (
    AddBlock,
    Compound,
    Edit,
    GroupIntoBlock,
    RemoveBlock,
    RenameBlock,
    Ungroup,
    Unwrap,
    WrapInRepeat,
)
from zoo.errors import EditError
from zoo.files.words import parse_port
from zoo.graph import Block, Call, Frozen, Ref, Repeat
from zoo.sizes import Name

FLOAT = parse_port("float batch time $dim")

# -------------------------------------------------------------------------------------------------- stacking


def test_wrap_in_a_repeat() -> None:
    assert lines_changed(WrapInRepeat("", "one", 3)) == [
        "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
        "+ one: {repeat: 3, use: pair, with: {width: $dim * 2}, carry: {x: embed}}",
    ]
    assert lines_changed(WrapInRepeat("walk", "cell", Name("$dim"), ("h", "c"))) == [
        "- cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
        "+ cell: {repeat: $dim, use: recurrent/lstm_cell, carry: {h: h, c: c}, in: {x: x}}",
    ]
    after = WrapInRepeat("walk", "out", 2, ("x",)).change(base()).body("walk").nodes["out"]
    assert isinstance(after, Repeat)
    assert after.carry == {"x": Ref("cell", "h")}
    assert after.tie == {"weight": "embed.weight", "bias": "one.first.bias"}


def test_unwrapping_undoes_wrapping() -> None:
    assert lines_changed(Unwrap("walk", "cell"), WrapInRepeat("walk", "cell", 3, ("x",)).change(base())) == [
        "- cell: {repeat: 3, use: recurrent/lstm_cell, carry: {x: x}, in: {h: h, c: c}}",
        "+ cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
    ]


def test_a_stack_of_several_nodes_is_a_group_that_is_repeated() -> None:
    edit = Compound(
        (
            GroupIntoBlock("", ("one", "total"), "layer", types={Ref("embed"): FLOAT}),
            WrapInRepeat("", "layer", 6),
        ),
        "repeat one, total 6 times",
    )
    after = edit.change(base())
    assert after.nodes["layer"] == Repeat(
        count=6, use="layer", settings=Frozen({"dim": Name("$dim")}), carry=Frozen({"embed": Ref("embed")})
    )


REFUSED: list[tuple[Edit, str]] = [
    (WrapInRepeat("", "stack", 2), "'stack' is a repeat; only a layer or a block is repeated"),
    (WrapInRepeat("", "walk", 2), "'walk' is a scan; only a layer or a block is repeated"),
    (
        WrapInRepeat("", "embed", 2),
        "it is not plain which wire goes from layer to layer of 'embed'; name its port",
    ),
    (
        WrapInRepeat("walk", "out", 2, ("",)),
        "what a repeat carries goes by the name of a port, and one has none",
    ),
    (WrapInRepeat("walk", "cell", 2), "it is not plain which wire goes from layer to layer of 'cell'"),
    (WrapInRepeat("walk", "cell", 2, ("y",)), "'cell' has no wire to 'y' that could be carried"),
    (WrapInRepeat("", "total", 2, ("x",)), "'total.x' reads several outputs; only a single wire is carried"),
    (WrapInRepeat("", "one", -2), "a repeat is not repeated -2 times"),
    (Unwrap("", "one"), "'one' is a block, not a repeat"),
    (Unwrap("", "stack"), "the layers of 'stack' differ in 'bias'; set it for all first"),
    (AddBlock("pair", Block()), "there is already a block 'pair'"),
    (AddBlock("a b", Block()), "the name of a block is letters, digits and underscores, got 'a b'"),
    (AddBlock("new", Block(outputs=Frozen({"y": Ref("x")}))), "there is nothing called 'x' to read here"),
    (AddBlock("new", Block(nodes=Frozen({"n": Call(use="new")}))), "block 'new' is or contains 'new'"),
    (RemoveBlock("pair"), "block 'pair' is used by one, stack; remove these first"),
    (RemoveBlock("spar"), "there is no block 'spar' here (did you mean 'spare'?)"),
    (RenameBlock("spare", "pair"), "there is already a block 'pair'"),
]


@pytest.mark.parametrize(
    ("edit", "message"), REFUSED, ids=lambda value: value[:50] if isinstance(value, str) else ""
)
def test_what_does_not_fit_is_refused(edit: Edit, message: str) -> None:
    with pytest.raises(EditError) as caught:
        edit.apply(base())
    assert str(caught.value).startswith(message)


# ---------------------------------------------------------------------------------------------------- blocks


def test_add_remove_and_rename_blocks() -> None:
    assert lines_changed(AddBlock("empty", Block(about="Nothing"), 0)) == [
        "+ empty:",
        "+ about: Nothing",
    ]
    assert lines_changed(RemoveBlock("spare")) == ["- spare: {}"]
    assert lines_changed(RenameBlock("pair", "twice")) == [
        "- pair:",
        "+ twice:",
        "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
        "+ one: {use: twice, with: {width: $dim * 2}, in: embed}",
        "- use: pair",
        "+ use: twice",
        "- layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6]}",
        "+ layout: {embed: [1, 2], walk.cell: [3, 4], '#twice.first': [5, 6]}",
    ]


def test_the_words_of_the_undo_history() -> None:
    described = [
        GroupIntoBlock("", ("one", "total"), "sum"),
        Ungroup("walk", "body"),
        WrapInRepeat("", "one", Name("$layers")),
        Unwrap("", "stack"),
        AddBlock("empty", Block()),
        RemoveBlock("spare"),
        RenameBlock("pair", "twice"),
    ]
    assert [edit.describe() for edit in described] == [
        "group one, total into sum",
        "ungroup walk.body",
        "repeat one $layers times",
        "unwrap stack",
        "add block empty",
        "remove block spare",
        "rename block pair to twice",
    ]
