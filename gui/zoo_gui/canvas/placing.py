"""Where boxes stand: where a person put them, else where the layout puts them, and nothing jumps.

The layout arranges a body when it is first shown. After that a box keeps its place; one that is new stands
beside what it reads, and the others stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zoo.edits import Edit, MoveNode, MoveOutput
from zoo.graph import box_of_output, join
from zoo.wires import End
from zoo_gui.canvas.geometry import before_label, extent, inlet_at, outlet_at
from zoo_gui.canvas.picture import Box, Line, Picture
from zoo_gui.canvas.style import LABEL, width
from zoo_gui.layout import Arrangement, Edge, arrange
from zoo_gui.layout.arranging import TURN
from zoo_gui.layout.data import GRID
from zoo_gui.selection import Pick

Spot = tuple[float, float]

MANY = 8
"""So many new boxes at once are another drawing, and arranged as one."""

APART = 20.0
"""Between boxes that were not arranged together."""


class Placing:
    """The places of the boxes of one body. ``arrangement`` is the last one, for the ways of the wires."""

    def __init__(self) -> None:
        self.arrangement: Arrangement[Pick] | None = None
        self.ways: dict[End, int] = {}
        """The position of each wire among the edges of the arrangement."""
        self._kept: dict[Pick, Spot] = {}

    def places(self, picture: Picture, layout: Mapping[str, tuple[int, int]], scope: str) -> dict[Pick, Spot]:
        """A place for every box of the picture."""
        hand = by_hand(picture, layout, scope)
        new = sum(pick not in self._kept and pick not in hand for pick in picture.boxes)
        if self.arrangement is None or new > max(MANY, len(picture.boxes) // 3):
            self._arrange(picture, hand)
        found = {pick: self._kept[pick] for pick in picture.boxes if pick in self._kept} | hand
        for pick, box in picture.boxes.items():
            if pick not in found:
                found[pick] = _beside(box, picture, found)
        _outputs_last(picture, found, hand)
        self._kept |= {pick: spot for pick, spot in found.items() if pick not in hand}
        return found

    def forget(self) -> None:
        """Arrange everything anew when it is next shown."""
        self.arrangement, self._kept = None, {}

    def _arrange(self, picture: Picture, hand: Mapping[Pick, Spot]) -> None:
        self.arrangement = arranged(picture, picture.boxes)
        self.ways = {end: number for number, end in enumerate(_forward(picture, picture.boxes))}
        places = self.arrangement.places
        if hand:
            dx, dy = (sum(h[i] - places[p][i] for p, h in hand.items()) / len(hand) for i in (0, 1))
            shift = (round(dx / GRID) * GRID, round(dy / GRID) * GRID)
            taken = dict(hand)
            for pick, (x, y) in places.items():
                if pick not in hand:
                    spot = (x + shift[0], y + shift[1])
                    taken[pick] = free_spot(picture.boxes[pick], spot, hand, picture)
            places = taken
        self._kept = {pick: spot for pick, spot in places.items() if pick not in hand}


def move(scope: str, pick: Pick, to: tuple[int, int] | None) -> Edit:
    """The edit that places a box by hand, or gives it back to the layout."""
    return MoveOutput(scope, pick.name, to) if pick.kind == "output" else MoveNode(scope, pick.name, to)


def key_of(scope: str, pick: Pick) -> str:
    """What the file's ``layout`` calls a box."""
    return box_of_output(scope, pick.name) if pick.kind == "output" else join(scope, pick.name)


def by_hand(picture: Picture, layout: Mapping[str, tuple[int, int]], scope: str) -> dict[Pick, Spot]:
    """The places that the file gives."""
    if not layout:
        return {}
    found: dict[Pick, Spot] = {}
    for pick in picture.boxes:
        place = layout.get(key_of(scope, pick))
        if place is not None:
            found[pick] = (place[0] * GRID, place[1] * GRID)
    return found


def arranged(picture: Picture, picks: Iterable[Pick]) -> Arrangement[Pick]:
    """The layout's places for some boxes of a picture, by the wires among them."""
    chosen = {pick: picture.boxes[pick] for pick in picture.boxes if pick in set(picks)}
    lines = [picture.lines[end] for end in _forward(picture, chosen)]
    edges = [_edge(line, chosen[line.start], chosen[line.stop]) for line in lines]
    return arrange(
        {pick: extent(box) for pick, box in chosen.items()},
        edges,
        [pick for pick in chosen if pick.kind == "input"],
        [pick for pick in chosen if pick.kind == "output"],
    )


def _forward(picture: Picture, chosen: Mapping[Pick, Box]) -> list[End]:
    return [
        end
        for end, line in picture.lines.items()
        if not line.back and line.start in chosen and line.stop in chosen
    ]


def _edge(line: Line, start: Box, stop: Box) -> Edge[Pick]:
    outlet = next((i for i, o in enumerate(start.outlets) if o.source == line.source), 0)
    inlet = next((i for i, o in enumerate(stop.inlets) if o.end == line.end), 0)
    label = width(line.label, LABEL) + before_label(start) + 6 if line.label else 0.0
    return Edge(line.start, outlet_at(start, outlet).y(), line.stop, inlet_at(stop, inlet).y(), label)


def _beside(box: Box, picture: Picture, places: Mapping[Pick, Spot]) -> Spot:
    """A free place for a new box: behind what it reads, else before what reads it, else below everything."""
    lines = picture.lines.values()
    before = [line.start for line in lines if line.stop == box.pick and line.start in places]
    after = [line.stop for line in lines if line.start == box.pick and line.stop in places]
    if before:
        x = max(places[pick][0] + extent(picture.boxes[pick]).width for pick in before) + 2 * TURN
        line = next(line for line in lines if line.stop == box.pick and line.start == before[0])
        wish = (x, places[before[0]][1] + _drop(line, picture.boxes[before[0]], box))
    elif after:
        line = next(line for line in lines if line.start == box.pick and line.stop == after[0])
        x = min(places[pick][0] for pick in after) - extent(box).width - 2 * TURN
        wish = (x, places[after[0]][1] - _drop(line, box, picture.boxes[after[0]]))
    else:
        bottoms = [y + extent(picture.boxes[pick]).height for pick, (_, y) in places.items()]
        wish = (min((x for x, _ in places.values()), default=0.0), max(bottoms, default=-60.0) + 60)
    return free_spot(box, (round(wish[0] / GRID) * GRID, round(wish[1] / GRID) * GRID), places, picture)


def _drop(line: Line, start: Box, stop: Box) -> float:
    """How much lower the box at a wire's end stands than the one at its begin, where the wire is level."""
    edge = _edge(line, start, stop)
    return edge.start_port - edge.stop_port


def free_spot(box: Box, wish: Spot, places: Mapping[Pick, Spot], picture: Picture) -> Spot:
    """The nearest place below the one wished for where a box overlaps no other."""
    size, (x, y) = extent(box), wish
    rivals = [
        (top, top + extent(picture.boxes[pick]).height)
        for pick, (left, top) in places.items()
        if pick in picture.boxes
        and left < x + size.width + APART
        and x < left + extent(picture.boxes[pick]).width + APART
    ]
    for top, bottom in sorted(rivals):
        if top < y + size.height + APART and y < bottom + APART:
            y = bottom + APART
    return (x, y)


def _outputs_last(picture: Picture, places: dict[Pick, Spot], hand: Mapping[Pick, Spot]) -> None:
    """Move the outputs to the right of everything else, where somebody has put a box among them.

    Those that a person has placed stay.
    """
    rights = [places[p][0] + extent(b).width for p, b in picture.boxes.items() if p.kind != "output"]
    outputs = [pick for pick in picture.boxes if pick.kind == "output" and pick not in hand]
    if rights and outputs:
        lack = max(rights) + TURN - min(places[pick][0] for pick in outputs)
        for pick in outputs if lack > 0 else ():
            places[pick] = (places[pick][0] + lack, places[pick][1])
