"""The steps of the layout together: columns, order, heights, and the ways of the wires."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import floor

from zoo_gui.layout.coordinates import heights
from zoo_gui.layout.data import GRID, Arrangement, Edge, Extent, K, Link, Passage
from zoo_gui.layout.layers import layers
from zoo_gui.layout.order import order

TURN = 50.0
"""The room between two columns in which wires change their height; labels stand before it."""


def arrange(
    boxes: Mapping[K, Extent],
    edges: Sequence[Edge[K]],
    first: Collection[K] = (),
    last: Collection[K] = (),
) -> Arrangement[K]:
    """Places for boxes, in columns from left to right; ``first`` stand in the first, ``last`` in the last."""
    column_of = layers(boxes, edges, set(first), set(last))
    index = {box: number for number, box in enumerate(boxes)}
    columns = [column_of[box] for box in boxes]
    sizes = [extent.height for extent in boxes.values()]
    links: list[Link] = []
    shared: dict[tuple[K, float, int], int] = {}
    ways = [_way(edge, index, columns, sizes, links, shared) for edge in edges]
    stacked = order(columns, links)
    tops = heights(stacked, sizes, links)
    spans, turns = _spans(boxes, edges, column_of, len(stacked))
    upper = min(tops, default=0.0)
    ys = [_snapped(top - upper) for top in tops]
    return Arrangement(
        {box: (spans[column_of[box]][0], ys[index[box]]) for box in boxes},
        {box: turns[column_of[box]] for box in boxes},
        tuple(tuple(Passage(*spans[columns[item]], ys[item]) for item in way) for way in ways),
    )


def _way(
    edge: Edge[K],
    index: Mapping[K, int],
    columns: list[int],
    sizes: list[float],
    links: list[Link],
    shared: dict[tuple[K, float, int], int],
) -> list[int]:
    """The items that a wire passes between its ends; wires from one port share them as far as they go."""
    start, stop = index[edge.start], index[edge.stop]
    way: list[int] = []
    if columns[stop] <= columns[start]:
        return way
    for column in range(columns[start] + 1, columns[stop]):
        key = (edge.start, edge.start_port, column)
        if key not in shared:
            shared[key] = len(columns)
            columns.append(column)
            sizes.append(0.0)
            before, port = (way[-1], 0.0) if way else (start, edge.start_port)
            links.append(Link(before, port, shared[key], 0.0, 8.0 if way else 2.0))
        way.append(shared[key])
    if way:
        links.append(Link(way[-1], 0.0, stop, edge.stop_port, 2.0))
    else:
        links.append(Link(start, edge.start_port, stop, edge.stop_port, 1.0))
    return way


def _spans(
    boxes: Mapping[K, Extent], edges: Sequence[Edge[K]], column_of: Mapping[K, int], count: int
) -> tuple[list[tuple[float, float]], list[float]]:
    """From where to where each column reaches, its labels included, and where wires turn behind it."""
    widths, labels = [0.0] * count, [0.0] * count
    for box, extent in boxes.items():
        widths[column_of[box]] = max(widths[column_of[box]], extent.width)
    for edge in edges:
        column = column_of[edge.start]
        reach = boxes[edge.start].width + edge.label
        labels[column] = max(labels[column], reach)
    spans: list[tuple[float, float]] = []
    left = 0.0
    for width, label in zip(widths, labels, strict=True):
        right = _snapped(max(width, label) + GRID / 2 - 0.001)
        spans.append((left, left + right))
        left += right + TURN
    return spans, [right for _, right in spans]


def _snapped(value: float) -> float:
    """The nearest place on the grid; equal distances stay equal."""
    return float(floor(round(value / GRID, 4) + 0.5) * GRID)
