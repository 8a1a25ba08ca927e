"""Pictures show what there is, and say what is left out."""

import math
import re
from pathlib import Path

import pytest
import torch

import zoo
from tests.zoo.probing.test_attention import GRAPH
from zoo.errors import ZooError
from zoo.probing import JACOBIANS, Map, attention, course, draw_attention, draw_courses, subject

pytest.importorskip("matplotlib", reason="pictures are drawn by matplotlib: pip install layerzoo[probe]")


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    maps = attention(subject(zoo.loads(GRAPH), sizes={"batch": 3, "time": 7}))
    draw_attention(maps, tmp_path / "maps.png", title="seen")
    assert (tmp_path / "maps.png").read_bytes().startswith(b"\x89PNG")
    draw_courses({"walk.h": course([1.0, 0.5, 0.25])}, tmp_path / "course.svg", title="walked")
    text = (tmp_path / "course.svg").read_text(encoding="utf-8")
    assert "walk.h, ×0.5 a step" in text
    assert "distance from J in steps" in text
    assert "norm of ∂J/∂h" in text
    draw_courses({"walk.h": course([1.0, 0.5, 0.25])}, tmp_path / "again.svg", title="walked")
    assert (tmp_path / "again.svg").read_text(encoding="utf-8") == text
    with pytest.raises(ZooError, match=r"an \.svg or a .png, and 'maps.jpg' is neither"):
        draw_attention(maps, tmp_path / "maps.jpg")
    with pytest.raises(ZooError, match="one of 3 sequences, and there is no sequence 4"):
        draw_attention(maps, tmp_path / "maps.png", example=3)
    with pytest.raises(ZooError, match=r"cannot be written: No such file"):
        draw_courses({"h": course([1.0, 0.0])}, tmp_path / "nowhere" / "a.png")
    with pytest.raises(ZooError, match="there is nothing to draw"):
        draw_courses({}, tmp_path / "a.png")


def test_pictures_show_what_there_is_and_say_what_is_left_out(tmp_path: Path) -> None:
    falling, lost = course([1.0, 0.5, 0.25]), course([1.0, math.nan, math.inf])
    path = tmp_path / "courses.svg"
    title = (
        "a title of more words than a line of a picture has room for, with runs/a_name_that_is_long_itself"
    )
    left_out = draw_courses(
        {"embed": falling, "position": falling, "h": lost}, path, title=title, what=JACOBIANS
    )
    assert left_out == ("h, of whose 3 norms 2 are NaN or infinite",)
    text = path.read_text(encoding="utf-8")
    assert "embed = position, ×0.5 a step" in text
    assert "h, not a number, 2 of 3 not finite" in text
    assert JACOBIANS in text
    assert title not in text
    assert title.rsplit(maxsplit=1)[-1] in text
    broken = tmp_path / "broken.svg"
    with pytest.raises(ZooError, match=r"no norm is a finite number; `zoo probe \.\.\. nan` names the node"):
        draw_courses({"h": course([math.nan])}, broken)
    with pytest.raises(ZooError, match="each norm is zero"):
        draw_courses({"h": course([0.0, 0.0])}, broken)
    made = subject(zoo.loads(GRAPH), sizes={"batch": 3, "time": 7})
    (found,) = attention(made)
    found.weights[0, 1, 2, 3] = math.nan
    assert draw_attention([found], path, title=title) == ("attend, of whose 147 weights 1 are NaN",)
    text = path.read_text(encoding="utf-8")
    assert all(f">{word}<" in text for word in ("query", "key", "attention weight"))
    assert "sequence 1 of 3" in text
    found.weights[:] = math.nan
    with pytest.raises(ZooError, match="no weight is a finite number"):
        draw_attention([found], broken)
    assert not broken.exists()


def test_no_two_lines_are_alike(tmp_path: Path) -> None:
    """Colour, dashes and marks of 28; points without neighbours all have marks, for no line shows them."""
    path = tmp_path / "many.svg"
    draw_courses({f"h{number}": course([2.0**number, 1.0]) for number in range(28)}, path)
    lines = re.findall(r"<path [^>]*style=\"fill: none; ([^\"]*)\"", path.read_text(encoding="utf-8"))
    assert len({line for line in lines if "width: 1.5" in line}) == 28
    alone = [1.0 if at % 2 else math.nan for at in range(41)]
    draw_courses({"h": course([1.0, *alone])}, path)
    marks = re.findall(r"<use [^>]*style=\"fill: #0072b2", path.read_text(encoding="utf-8"))
    assert len(marks) == 22  # of which one is the legend's


def test_steps_of_a_text_are_named_and_padding_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "words.svg"
    weights = torch.rand(2, 1, 3, 4)
    words = (("", "we", "saw"), ("a", "", "")), (("nous", "avons", "vu", "<b>"), ("un", "", "", ""))
    made = Map("cross", "attention/dot", weights, *words)
    draw_attention([made], path)
    first = re.findall(r">([^<>\s]+)</text>", path.read_text(encoding="utf-8"))
    assert {"·", "we", "saw", "nous", "avons", "vu", "&lt;b&gt;"} <= {*first}
    draw_attention([made], path, example=1)
    second = re.findall(r">([^<>\s]+)</text>", path.read_text(encoding="utf-8"))
    assert {"a", "un"} <= {*second}
    assert "·" not in second
