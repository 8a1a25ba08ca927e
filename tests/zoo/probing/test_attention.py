"""Maps of attention are the weights."""

import math
from pathlib import Path

import pytest
import torch

import zoo
from zoo.errors import ZooError
from zoo.probing import JACOBIANS, attention, course, draw_attention, draw_courses, subject

GRAPH = """
format: zoo/1
name: seen
inputs: {x: float batch time 6, mask: bool batch time}
outputs: {y: attend.out, weights: attend.weights}
nodes:
  attend:
    use: attention/multi_head
    with: {heads: 3, dim: 6}
    in: {query: x, key: x, value: x, mask: mask}
"""


def test_a_map_is_what_the_output_on_demand_shows_and_what_the_formula_gives() -> None:
    made = subject(zoo.loads(GRAPH), sizes={"batch": 3, "time": 7})
    (found,) = attention(made)
    assert (found.wire, tuple(found.weights.shape)) == ("attend", (3, 3, 7, 7))
    with torch.no_grad():
        assert torch.equal(found.weights, made.outputs()["weights"])
    layer = made.model.get_submodule("attend")
    x, mask = made.inputs["x"], made.inputs["mask"]

    def heads(name: str) -> torch.Tensor:
        return layer.get_submodule(name)(x).view(3, 7, 3, 2).transpose(1, 2)

    with torch.no_grad():
        scores = heads("query") @ heads("key").transpose(2, 3) / math.sqrt(2)
        by_hand = scores.masked_fill(~mask[:, None, None], -math.inf).softmax(-1)
    # Queries that are padding are cleaned by the layer: those that are real are compared.
    assert torch.allclose(found.weights[0], by_hand[0], atol=1e-14)
    assert torch.allclose(found.weights.sum(-1), torch.ones(3, 3, 7, dtype=torch.float64))
    entropy = -(by_hand[0] * by_hand[0].log()).sum(-1).mean(-1)
    alone = type(found)(found.wire, found.what, found.weights[:1])
    assert alone.entropy == pytest.approx([float(each) for each in entropy])


def test_nobody_needs_to_read_the_weights() -> None:
    made = subject("seq2seq_additive", params={"vocab": 13, "dim": 6}, sizes={"source": 7, "target": 5})
    (found,) = attention(made)
    assert (found.wire, tuple(found.weights.shape)) == ("decoder.attend", (4, 1, 5, 7))
    with torch.no_grad():
        assert torch.equal(found.weights[:, 0], made.outputs()["alignment"])
    gpt = subject("gpt", params={"vocab": 13, "dim": 6, "heads": 3, "layers": 2}, sizes={"time": 5})
    maps = attention(gpt)
    assert [each.wire for each in maps] == ["decoder.0.attend", "decoder.1.attend"]
    assert not maps[0].weights.triu(1).any()
    assert [each.wire for each in attention(gpt, "decoder.1.*")] == ["decoder.1.attend"]
    chosen = attention(gpt, "decoder.1.attend", "decoder.*.weights", "embed")
    assert [each.wire for each in chosen] == ["decoder.0.attend", "decoder.1.attend"]
    with pytest.raises(ZooError, match=r"named by 'embed'; .* are decoder\.0\.attend, decoder\.1\.attend"):
        attention(gpt, "embed")
    with pytest.raises(ZooError, match="'embde' names none"):
        attention(gpt, "decoder.0.attend", "embde")
    with pytest.raises(ZooError, match="no attention of this graph shows its weights"):
        attention(subject("rnn_language_model", params={"vocab": 13, "dim": 6, "hidden": 5}))


def test_pictures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures are drawn by matplotlib: pip install layerzoo[probe]")
    maps = attention(subject(zoo.loads(GRAPH), sizes={"batch": 3, "time": 7}))
    draw_attention(maps, tmp_path / "maps.png", title="seen")
    assert (tmp_path / "maps.png").read_bytes().startswith(b"\x89PNG")
    draw_courses({"walk.h": course([1.0, 0.5, 0.25])}, tmp_path / "course.svg", title="walked")
    text = (tmp_path / "course.svg").read_text(encoding="utf-8")
    assert "walk.h, ×0.5 a step" in text
    assert "distance in steps" in text
    assert "norm of ∂J/∂h" in text
    draw_courses({"walk.h": course([1.0, 0.5, 0.25])}, tmp_path / "again.svg", title="walked")
    assert (tmp_path / "again.svg").read_text(encoding="utf-8") == text
    with pytest.raises(ZooError, match=r"an \.svg or a .png, and 'maps.jpg' is neither"):
        draw_attention(maps, tmp_path / "maps.jpg")
    with pytest.raises(ZooError, match="there are 3 examples, from 0 on, and 3 is none"):
        draw_attention(maps, tmp_path / "maps.png", example=3)
    with pytest.raises(ZooError, match=r"cannot write .*: No such file"):
        draw_courses({"h": course([1.0, 0.0])}, tmp_path / "nowhere" / "a.png")
    with pytest.raises(ZooError, match="there is nothing to draw"):
        draw_courses({}, tmp_path / "a.png")


def test_pictures_show_what_there_is_and_say_what_is_left_out(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures are drawn by matplotlib: pip install layerzoo[probe]")
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
    assert "h, 2 of 3 not finite" in text
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
