"""Random graphs and edits: nothing that can be edited cannot be drawn, and what is kept is right."""

from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edit_strategies import edits
from tests.strategies import graphs
from zoo.checker import Memory, resolve
from zoo.edits.paths import bodies
from zoo.graph import Graph
from zoo.packs import registry
from zoo.wires import wires
from zoo_gui.canvas.drawing import Drawer
from zoo_gui.canvas.picture import Box, Picture
from zoo_gui.canvas.placing import Placing
from zoo_gui.canvas.scene import Scene
from zoo_gui.canvas.style import Style
from zoo_gui.canvas.wiring import connect, disconnect
from zoo_gui.theme import LIGHT


def said(box: Box) -> dict[str, object]:
    """A box by its content."""
    return {field.name: getattr(box, field.name) for field in fields(box)}


def same(a: Picture, b: Picture) -> bool:
    return {k: said(v) for k, v in a.boxes.items()} == {k: said(v) for k, v in b.boxes.items()} and (
        a.lines,
        a.problems,
    ) == (b.lines, b.problems)


def body_of(data: st.DataObject, graph: Graph) -> str:
    return data.draw(st.sampled_from([scope for scope, _ in bodies(graph)]))


@settings(max_examples=6)
@given(data=st.data())
def test_what_is_kept_is_what_would_be_drawn_anew(qapp: object, data: st.DataObject) -> None:
    graph = data.draw(graphs())
    memory, drawer, scene, placing = Memory(), Drawer(), Scene(Style(LIGHT)), Placing()
    scope = body_of(data, graph)
    for _ in range(data.draw(st.integers(1, 4))):
        resolution = resolve(graph, memory=memory)
        picture = drawer.draw(graph, scope, resolution, registry().find)
        assert same(picture, Drawer().draw(graph, scope, resolution, registry().find))
        scene.show_picture(picture, placing.places(picture, graph.layout, scope), placing)
        assert scene.boxes.keys() == picture.boxes.keys()
        assert scene.wires.keys() == picture.lines.keys()
        for wire in scene.wires.values():
            assert wire.way.pointAtPercent(0) == scene.begin_of(wire)
            assert (wire.way.currentPosition() - scene.finish_of(wire)).manhattanLength() < 0.01
        graph = data.draw(edits(graph)).change(graph)
        if scope not in dict(bodies(graph)):
            scope = body_of(data, graph)
            placing = Placing()


@settings(max_examples=8)
@given(data=st.data())
def test_a_wire_is_taken_away_and_put_back_and_the_others_stay(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    scope = body_of(data, graph)
    find = registry().find
    picture = Drawer().draw(graph, scope, None, find)
    loose = [end for end in picture.lines if end.part in ("inputs", "mask") and end.node]
    if not loose:
        return
    end = data.draw(st.sampled_from(loose))
    source = picture.lines[end].source
    inlets = picture.boxes[picture.lines[end].stop].inlets
    inlet = next(one for one in inlets if one.end == end)
    before = {(e.node, r) for e, r in wires(graph.body(scope))}
    after = disconnect(graph, scope, end, find).change(graph)
    kept = [(e.node, r) for e, r in wires(after.body(scope))]
    assert len(kept) == len(list(wires(graph.body(scope)))) - 1
    assert set(kept) <= before
    again = Drawer().draw(after, scope, None, find).boxes[picture.lines[end].stop]
    place = next((one for one in again.inlets if one.port == inlet.port and not one.wired), None)
    if place is not None:
        back = connect(after, scope, place, source, find).change(after)
        assert len(list(wires(back.body(scope)))) == len(kept) + 1
