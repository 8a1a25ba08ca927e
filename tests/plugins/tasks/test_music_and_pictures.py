"""Piano rolls and pictures: read from files, made by rule, measured by their formula."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import zoo
from tests.plugins.tasks.helpers import ints
from zoo.decoding import Sampling
from zoo.decoding.texts import Author
from zoo.errors import TrainingError
from zoo.tasks import Batch, Plan, find_ports
from zoo.training import Options, train
from zoo_tasks.captioning import Captioning
from zoo_tasks.captions import read_captions
from zoo_tasks.music import Music
from zoo_tasks.pictures import digits, forms, read_picture, shapes
from zoo_tasks.scores import read_scores

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


def midi(path: Path) -> Path:
    """Middle C for a beat, then E and G together for half a beat, and a drum all the while."""
    symusic: Any = importlib.import_module("symusic")  # typed in part
    score = symusic.Score(480)
    notes = [(0, 480, 60), (480, 240, 64), (480, 240, 67)]
    for drum in (False, True):
        track = symusic.Track(is_drum=drum)
        track.notes.extend([symusic.Note(*note, 64) for note in ([(0, 960, 40)] if drum else notes)])
        score.tracks.append(track)
    score.dump_midi(path)
    return path


def keys(roll: Tensor) -> list[list[int]]:
    """The MIDI notes that sound at each step."""
    return [ints(row.nonzero() + 21) for row in roll]


def test_midi_becomes_a_roll(tmp_path: Path) -> None:
    (roll,) = read_scores([midi(tmp_path / "a.mid")], steps_a_beat=2)
    assert keys(roll)[:3] == [[60], [60], [64, 67]]
    midi(tmp_path / "b.MIDI")
    (tmp_path / "d.mid").write_bytes(b"MThd\0\0\0\6\0\0\0\1\0\1MTrk\0\0\0\4\0\xff\x2f\0")
    data = Music(file=str(tmp_path), transpose=1).data(Plan())
    assert data.epoch == 1
    assert data.about[1].endswith("; 1 shorter than two steps are left out")
    assert len(data.batch(0).target) == 3
    begun, ended = b"MTrk\0\0\0\x0f\0\x90\x3c\x40", b"\x80\x3c\x40\0\xff\x2f\0"
    for broken, message in (
        (b"MThd", "c.mid"),
        (b"MThd\0\0\0\6\0\0\0\1\0\0" + begun + b"\xff\xff\xff\x7f" + ended, r"c\.mid: .*, 0 a beat"),
        (
            b"MThd\0\0\0\6\0\0\0\1\0\1" + begun + b"\xff\xff\xff\x7f" + ended,
            r"no piece of at most 100,000 steps",
        ),
    ):
        (tmp_path / "c.mid").write_bytes(broken)
        with pytest.raises(TrainingError, match=f"cannot read the MIDI file .*{message}"):
            Music(file=str(tmp_path)).data(Plan())


BOOK = """\
X:1
T:Up and down
M:4/4
L:1/8
K:D
D2 F ^F =F [DA]3- | [DA]2 z2 (3def z2 ||

X:2
L:1/4
K:C
C c' |: C, :|
"""


def test_a_tune_book_becomes_rolls(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "book.abc"
    book.write_text(BOOK, encoding="utf-8")
    first, second = read_scores([book], steps_a_beat=2)
    assert capfd.readouterr() == ("", "")  # that the second names no metre is nobody's error
    # D major sharpens F, an accidental holds to the end of the bar, a tie is one note
    assert keys(first)[:8] == [[62], [62], [66], [66], [65], [62, 69], [62, 69], [62, 69]]
    assert keys(first)[8:12] == [[62, 69], [62, 69], [], []]
    assert keys(second) == [[60], [60], [84], [84], [48], [48], [48], [48]]
    (data,) = [Music(file=str(path)).data(Plan()) for path in (book,)]
    assert "1 pieces; 1 more" in data.about[1]
    for text, message in (
        ("just words\n", "a tune in ABC begins with a line X:"),
        (f"{BOOK}\nX:7\nK:C\n\n", r"book\.abc:13: a tune has notes, and X:7 has none; write some"),
    ):
        book.write_text(text, encoding="utf-8")
        with pytest.raises(TrainingError, match=message):
            read_scores([book], 2)
    book.write_text(BOOK, encoding="utf-8")
    with pytest.raises(TrainingError, match=r"the tune X:1 at .*book\.abc:1: .* no piece of at most 100,000"):
        read_scores([book], 10**9)
    with pytest.raises(TrainingError, match="is none of them"):
        Music(file=str(tmp_path / "missing")).data(Plan())


@pytest.mark.parametrize(
    ("piece", "message"),
    [
        (np.ones((3, 87)), "numbers, steps by 88 keys"),
        (np.array([["a"] * 88]), "numbers, steps by 88 keys"),
        (np.full((3, 88), 64), r"a key sounds \(1\) or does not \(0\)"),
        (None, r"cannot read piano rolls from .*A\.MAT"),
    ],
)
def test_what_is_no_piano_roll_is_refused(piece: Any, message: str, tmp_path: Path) -> None:
    pieces = np.empty((1, 1) if piece is not None else (0, 0), dtype=object)
    if piece is not None:
        pieces[0, 0] = piece
    matlab: Any = importlib.import_module("scipy.io")  # typed in part
    matlab.savemat(tmp_path / "A.MAT", {"traindata": pieces, "validdata": pieces}, appendmat=False)
    with pytest.raises(TrainingError, match=message):
        Music(file=str(tmp_path / "A.MAT")).data(Plan())
    if piece is None:
        (tmp_path / "A.MAT").write_bytes(b"")
        with pytest.raises(TrainingError, match=message):
            Music(file=str(tmp_path / "A.MAT")).data(Plan())


def test_the_loss_is_that_of_all_keys_of_a_step() -> None:
    torch.manual_seed(0)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    logits, target = torch.randn(2, 3, 88), (torch.rand(2, 3, 88) < 0.1).float()
    mask = torch.tensor([[True, True, False], [True, False, False]])
    chance = torch.where(target > 0, logits.sigmoid(), 1 - logits.sigmoid())
    expected = -(chance.log().sum(-1) * mask).sum() / 3
    logits[1, 2] = torch.nan
    batch = Batch({}, target, mask)
    measured = Music().measure({"logits": logits}, batch)
    assert float(measured["loss"].value) == pytest.approx(float(expected), rel=1e-5)
    perfect = Music().measure({"logits": 9 * target - 4}, batch)
    assert float(perfect["accuracy"].value) == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the data sets for tests are not here")
def test_the_chorales_are_those_of_the_paper() -> None:
    data = Music(file=str(SHARED / "JSB_Chorales.mat")).data(Plan(batch=229))
    assert len(data.batch(0).target) == 229
    assert sum(len(batch.target) for batch in data.validation()) == 76
    assert data.baseline is not None
    assert 10 < data.baseline.loss < 13


def test_digits_are_spelled_and_shapes_described() -> None:
    data = Captioning().data(Plan(batch=64))
    batch = data.batch(0)
    assert batch.inputs["image"].shape == (64, 64)
    assert 0 <= float(batch.inputs["image"].min()) <= float(batch.inputs["image"].max()) <= 1
    assert data.tokenizers["target"].decode(ints(batch.target[0])) in {caption for _, caption in digits()}
    drawn = shapes(50)
    assert len({caption for _, caption in drawn}) > 40
    for picture, caption in drawn:
        coloured = (picture < 1).any(0)
        for half, said in zip((coloured[:8], coloured[8:]), caption.split(" above "), strict=True):
            assert half.sum() > (16 if "large" in said else 4)


def test_a_picture_comes_in_the_form_that_a_graph_takes() -> None:
    """Channel c, row r and column k of a picture is 100 c + 10 r + k."""
    channels, rows, columns = torch.meshgrid(*map(torch.arange, (2, 3, 5)), indexing="ij")
    shown = forms((100 * channels + 10 * rows + columns).float(), 2)
    assert ints(shown["image"][[0, 5, 15]]) == [0, 10, 100]
    assert shown["rows"].shape == (3, 10)
    assert ints(shown["rows"][1]) == [10, 11, 12, 13, 14, 110, 111, 112, 113, 114]
    assert shown["patches"].shape == (2 * 3, 2 * 2 * 2)
    assert ints(shown["patches"][1]) == [2, 3, 12, 13, 102, 103, 112, 113]
    assert ints(shown["patches"][5]) == [24, 0, 0, 0, 124, 0, 0, 0]  # black beyond the edges


LOOKING = """\
format: zoo/1
name: looking
causal: [target]
params: {pixels: 16, vocab: 9, dim: 6}
inputs: {patches: float batch patches $pixels, target: int batch target}
outputs: {logits: logits}
nodes:
  seen: {use: basic/linear, with: {output: $dim}, in: patches}
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: $dim}, in: target}
  lstm: {use: recurrent/lstm, with: {hidden: $dim}, in: embed}
  look:
    use: attention/multi_head
    with: {heads: 2, dim: $dim}
    in: {query: lstm.out, key: seen, value: seen}
  logits: {use: basic/linear, with: {output: $vocab}, in: look}
"""

BLIND = """\
format: zoo/1
name: blind
inputs: {target: int batch target}
outputs: {logits: embed}
nodes:
  embed: {use: basic/embedding, with: {vocab: 9, dim: 9}, in: target}
"""


def test_a_graph_that_attends_to_patches_learns_captions(tmp_path: Path) -> None:
    graph = zoo.loads(LOOKING)
    result = train(
        graph,
        task="captioning",
        options=Options(steps=2, batch=8, measurements=1, device="cpu"),
        out=tmp_path / "run",
    )
    assert (result.model.graph.name, result.step) == ("looking", 2)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] - it is compiled
    Image.new("L", (20, 30), 200).save(tmp_path / "grey.png")
    found = Author.load(tmp_path / "run", "cpu").caption([tmp_path / "grey.png"], Sampling(0), longest=3)
    assert len(found[0][0].found.tokens) <= 3
    blind = zoo.loads(BLIND)
    with pytest.raises(TrainingError, match="it has none of the inputs 'image', 'rows', 'patches'"):
        find_ports(Captioning, blind, "captioning")


def test_a_folder_of_pictures(tmp_path: Path) -> None:
    for number in range(4):
        Image.new("RGB", (9, 7), (60 * number,) * 3).save(tmp_path / f"{number}.png")
    rows = [f"{number}.png\ta grey of {number}" for number in range(4)]
    (tmp_path / "captions.tsv").write_text("\n".join(rows))
    data = Captioning(folder=str(tmp_path), side=4).data(Plan(batch=4))
    batch = data.batch(0)
    assert batch.inputs["image"].shape == (3, 16)
    said = data.tokenizers["target"].decode(ints(batch.target[0]))
    assert round(float(batch.inputs["image"][0, 0]) * 255 / 60) == int(said.split()[-1])
    coloured = Captioning(folder=str(tmp_path), side=4, colours=True).data(Plan(batch=4)).batch(0)
    assert coloured.inputs["image"].shape == (3, 48)
    (tmp_path / "captions.tsv").write_text("\n".join(rows * 5))
    data = Captioning(folder=str(tmp_path), side=4).data(Plan(batch=15))
    held = {float(each.inputs["image"][0, 0]) for each in data.validation()}
    assert len(held) == 1  # a picture with all its captions
    assert not held & {float(each) for each in data.batch(0).inputs["image"][:, 0]}
    whole = (tmp_path / "3.png").read_bytes()
    (tmp_path / "3.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TrainingError, match=r"captions\.tsv:4: cannot read the picture .*3\.png"):
        Captioning(folder=str(tmp_path)).data(Plan())
    (tmp_path / "captions.tsv").write_text("x.png\tnothing\n")
    with pytest.raises(TrainingError, match=r"captions\.tsv:1: cannot read the picture .*x\.png"):
        Captioning(folder=str(tmp_path)).data(Plan())
    with pytest.raises(TrainingError, match=r"there is no folder .*nowhere of pictures"):
        Captioning(folder=str(tmp_path / "nowhere")).data(Plan())
    (tmp_path / "captions.tsv").unlink()
    with pytest.raises(TrainingError, match="has one of captions"):
        Captioning(folder=str(tmp_path)).data(Plan())


def test_a_picture_is_scaled_from_its_own_range_upright_and_on_white(tmp_path: Path) -> None:
    half = np.full((2, 2), 0.5, dtype=np.float32)
    lying = Image.Exif()
    lying[0x0112] = 6  # the top of the picture is at the right
    for name, picture, expected in (
        ("deep.png", Image.fromarray((half * 65535).astype(np.uint16)), [[0.5, 0.5], [0.5, 0.5]]),
        ("deep.pgm", Image.fromarray((half * 65535).astype(np.int32)), [[0.5, 0.5], [0.5, 0.5]]),
        ("float.tif", Image.fromarray(half), [[0.5, 0.5], [0.5, 0.5]]),
        ("drawn.png", Image.fromarray(np.array([[[0, 0], [0, 255]]] * 2, np.uint8), "LA"), [[1, 0], [1, 0]]),
        ("phone.png", Image.fromarray(np.array([[255, 255], [0, 0]], np.uint8)), [[0, 1], [0, 1]]),
    ):
        picture.save(tmp_path / name, exif=lying if name == "phone.png" else Image.Exif())
        for colours in (False, True):
            read = read_picture(tmp_path / name, 2, colours=colours)
            assert torch.allclose(read, torch.tensor(expected).float().expand_as(read), atol=0.005), name
    Image.fromarray(300 * half).save(tmp_path / "kelvin.tif")
    with pytest.raises(TrainingError, match=r"from 0 to 1, and those of .*kelvin\.tif go from 150 to 150"):
        read_picture(tmp_path / "kelvin.tif", 2)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("captions.csv", 'image,caption\na.png,"one, grey"\nb.png,two\na.png,one again\n'),  # as of Flickr8k
        (
            "metadata.jsonl",
            "\n".join(
                f'{{"file_name": "{file}.png", "text": "{said}"}}'
                for file, said in (("a", "one, grey"), ("b", "two"), ("a", "one again"))
            ),
        ),
        (
            "captions_train.json",
            """{"images": [{"id": 7, "file_name": "a.png"}, {"id": 8, "file_name": "b.png"}], "annotations": [
            {"image_id": 7, "caption": "one, grey"}, {"image_id": 8, "caption": "two\\n"},
            {"image_id": 7, "caption": "one again"}]}""",
        ),
    ],
    ids=["flickr", "hugging face", "coco"],
)
def test_captions_come_in_the_usual_formats(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    for file in ("a.png", "train/b.png"):
        Image.new("L", (4, 4)).save(tmp_path / file)
    (tmp_path / name).write_text(text)
    rows, _ = read_captions(tmp_path)
    assert [(each.picture, each.caption) for each in rows] == [
        (tmp_path / "a.png", "one, grey"),
        (tmp_path / "train" / "b.png", "two"),
        (tmp_path / "a.png", "one again"),
    ]
    line = {"captions.csv": ":3", "metadata.jsonl": ":2"}.get(name, "")
    assert rows[1].place == f"{tmp_path / name}{line}"


def test_captions_may_stand_beside_their_pictures(tmp_path: Path) -> None:
    for file in ("b.PNG", "a.png", "c.png"):
        Image.new("L", (4, 4)).save(tmp_path / file)
    (tmp_path / "a.txt").write_text("one\n\none again\n")
    (tmp_path / "b.txt").write_text("two")
    rows, _ = read_captions(tmp_path)
    assert [(path.name, said, Path(place).name) for path, said, place in rows] == [
        ("a.png", "one", "a.txt:1"),
        ("a.png", "one again", "a.txt:3"),
        ("b.PNG", "two", "b.txt:1"),
    ]
    half = '{"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 1, "caption": "\\ud800"}]}'
    for broken in ("[]", "{", half, '{"images": [], "annotations": [{"image_id": 1, "caption": "x"}]}'):
        (tmp_path / "captions.json").write_text(broken)
        with pytest.raises(TrainingError, match=r"captions\.json is to hold captions as COCO has them, .*: "):
            read_captions(tmp_path)
