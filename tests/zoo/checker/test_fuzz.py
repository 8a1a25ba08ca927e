"""Whatever a graph is like, a check ends in problems and never in anything else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import graphs
from tests.zoo.checker.layers import REGISTRY
from tests.zoo.checker.test_memory import GRAPHS, edited
from zoo.checker import check, resolve
from zoo.graph import Graph


@given(graphs())
def test_any_graph(graph: Graph) -> None:
    for problem in check(graph, REGISTRY):
        assert problem.message == problem.message.strip() != ""
        assert str(problem)


@settings(max_examples=60)
@given(st.data())
def test_any_edit_of_a_sound_graph(data: st.DataObject) -> None:
    graph = data.draw(st.sampled_from(sorted(GRAPHS.items())))[1]
    for _ in range(data.draw(st.integers(1, 6))):
        graph = data.draw(edited(graph))
    resolution = resolve(graph, REGISTRY, params={})
    # what can be compiled is resolved throughout
    if resolution.ok:
        assert all(node.use is not None for node in resolution.root.nodes.values())
        assert None not in resolution.root.types.values()
