"""The document: history, what was saved, and listeners."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from tests.edit_strategies import edits
from tests.edit_texts import base
from tests.strategies import graphs
from zoo.document import Change, Document
from zoo.edits import Compound, RemoveNode, RenameNode, SetField, SetParam
from zoo.errors import EditError
from zoo.files import dumps
from zoo.graph import Call, Frozen, Graph, Node, identical

RENAME = RenameNode("", "one", "first")


@pytest.fixture
def document() -> Document:
    return Document(base())


def about(text: str) -> SetField:
    return SetField("", "", "about", text)


def test_apply_undo_redo(document: Document) -> None:
    start = document.graph
    inverse = document.apply(RENAME)
    after = document.graph
    assert "first" in after.nodes
    assert identical(inverse.change(after), start)
    document.undo()
    assert identical(document.graph, start)
    document.redo()
    assert identical(document.graph, after)


@settings(max_examples=settings().max_examples // 3)
@given(data=st.data())
def test_undoing_everything_and_redoing_it_is_identity(data: st.DataObject) -> None:
    document = Document(data.draw(graphs()))
    seen = [document.graph]
    for _ in range(data.draw(st.integers(1, 5))):
        document.apply(data.draw(edits(document.graph)), join=data.draw(st.booleans()))
        del seen[document.position :]
        seen.append(document.graph)
    assert len(document.history) == len(seen) - 1
    for position in (0, document.position, *range(len(seen) - 1, -1, -1), *range(len(seen))):
        document.go_to(position)
        assert identical(document.graph, seen[position])


def test_an_edit_that_does_not_fit_changes_nothing(document: Document) -> None:
    document.apply(RENAME)
    document.undo()
    start, told = document.graph, list[Change]()
    document.listen(told.append)
    with pytest.raises(EditError, match="there is no node 'two' here"):
        document.apply(Compound((RENAME, RemoveNode("", "two"))))
    assert document.graph is start
    assert not told
    assert document.can_redo
    assert not document.modified


def test_the_history_in_words(document: Document) -> None:
    document.apply(RENAME)
    document.apply(about("x"))
    document.undo()
    assert document.history == ("rename one to first", "set about to x")
    assert (document.position, document.can_undo, document.can_redo) == (1, True, True)
    document.apply(SetParam("", "dim", 9))
    assert document.history == ("rename one to first", "set param dim to 9")
    assert not document.can_redo


def test_there_is_no_step_to_go_to(document: Document) -> None:
    with pytest.raises(EditError, match="there is nothing to undo"):
        document.undo()
    with pytest.raises(EditError, match="there is nothing to redo"):
        document.redo()
    with pytest.raises(EditError, match="the history has 0 steps; there is no 1"):
        document.go_to(1)


def test_joined_edits_are_one_step(document: Document) -> None:
    start = document.graph
    for text in ("a", "ab", "abc"):
        document.apply(about(text), join=text != "a")
    assert document.graph.about == "abc"
    assert document.history == ("set about to a",)
    document.undo()
    assert identical(document.graph, start)
    document.redo()
    assert document.graph.about == "abc"


def test_nothing_joins_what_was_saved(document: Document) -> None:
    document.apply(about("a"))
    document.saved()
    document.apply(about("ab"), join=True)
    assert document.modified
    document.undo()
    assert document.graph.about == "a"
    assert not document.modified


# ----------------------------------------------------------------------------------------------------- saving


def test_modified_is_against_the_file(document: Document) -> None:
    assert not document.modified
    document.apply(RENAME)
    assert document.modified
    document.saved()
    assert not document.modified
    document.undo()
    assert document.modified
    document.redo()
    assert not document.modified


def test_what_no_file_holds_any_more_is_modified_at_every_step(document: Document) -> None:
    document.apply(RENAME)
    document.unsaved()
    assert document.modified
    document.undo()
    assert document.modified
    document.saved()
    assert not document.modified


def test_a_saved_state_that_was_edited_away_is_not_come_back_to(document: Document) -> None:
    document.apply(RENAME)
    document.saved()
    document.undo()
    document.apply(about("x"))
    assert document.modified
    document.undo()
    assert document.modified


def test_after_saving_the_graph_has_the_text_of_the_file(document: Document) -> None:
    """So the next save changes that text, and problems name its lines; the history goes on."""
    document.apply(RENAME)
    text = dumps(document.graph)
    document.saved(zoo.loads(text))
    assert document.graph.source is not None
    assert document.graph.source.text == text
    document.undo()
    assert "one" in document.graph.nodes
    with pytest.raises(EditError, match="the graph that was saved is not the document's"):
        document.saved(zoo.loads(text))


def test_undo_leads_back_to_the_very_text_though_it_was_saved_in_between() -> None:
    """Taking a section away again would leave its blank line."""
    text = "format: zoo/1\nname: x   # kept\ninputs: {tokens: int batch time}\noutputs: {y: tokens}\n"
    document = Document(zoo.loads(text))
    document.apply(SetParam("", "p", 1))
    document.apply(SetParam("", "q", 2))
    first = dumps(document.graph)
    document.saved(zoo.loads(first))
    document.apply(SetParam("", "r", 3))
    last = dumps(document.graph)
    document.go_to(0)
    assert dumps(document.graph) == text
    document.go_to(2)
    assert dumps(document.graph) == first
    document.go_to(3)
    assert dumps(document.graph) == last


def test_a_reset_begins_anew(document: Document) -> None:
    told = list[Change]()
    document.listen(told.append)
    document.apply(RENAME)
    document.reset(base())
    assert (document.history, document.modified, document.can_undo) == ((), False, False)
    assert told[-1].edit is None


# -------------------------------------------------------------------------------------------------- listening


def test_listeners_are_told_what_was_before_and_after(document: Document) -> None:
    told = list[Change]()
    stop = document.listen(told.append)
    start = document.graph
    document.apply(RENAME)
    document.undo()
    stop()
    stop()
    document.redo()
    assert [change.edit.describe() for change in told if change.edit] == [
        "rename one to first",
        "undo rename one to first",
    ]
    assert told[0].before is start
    assert told[0].after is told[1].before


def test_a_listener_that_fails_is_logged_and_harms_nobody(
    document: Document, caplog: pytest.LogCaptureFixture
) -> None:
    told = list[Change]()

    def fail(_: Change) -> None:
        raise ZeroDivisionError

    document.listen(fail)
    document.listen(told.append)
    document.apply(RENAME)
    assert "first" in document.graph.nodes
    assert document.history == ("rename one to first",)
    assert len(told) == 1
    assert "a listener failed; the document is as it should be" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    document.undo()
    assert len(told) == 2


def test_a_listener_may_edit_and_everybody_hears_in_order(document: Document) -> None:
    heard = {"first": list[str](), "last": list[str]()}

    def count(change: Change) -> None:
        heard["first"].append(change.after.about)
        if len(change.after.about) < 3:
            document.apply(about(change.after.about + "x"))

    document.listen(count)
    document.listen(lambda change: heard["last"].append(change.after.about))
    document.apply(about("x"))
    assert heard == {"first": ["x", "xx", "xxx"], "last": ["x", "xx", "xxx"]}


def test_a_long_history_of_a_large_graph_stays_small() -> None:
    nodes = Frozen[str, Node]({f"n{i}": Call(use="basic/tanh") for i in range(2000)})
    document = Document(Graph(name="large", nodes=nodes))
    for i in range(100):
        document.apply(RenameNode("", f"n{i}", f"m{i}"))
    assert len(pickle.dumps(document._steps)) < len(pickle.dumps(document.graph))
