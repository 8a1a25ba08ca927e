"""Piano rolls and pictures: read from files, made by rule, measured by their formula."""

from pathlib import Path
from typing import Any

import pytest
import torch
from mido import Message, MetaMessage, MidiFile, MidiTrack
from PIL import Image

from tests.plugins.tasks.helpers import ints
from zoo.errors import TrainingError
from zoo.tasks import Batch, Plan
from zoo_tasks.captioning import Captioning
from zoo_tasks.music import Music
from zoo_tasks.pictures import digits, shapes
from zoo_tasks.rolls import read_midi

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


def midi(path: Path) -> Path:
    """Middle C for a beat, then E and G together for half a beat."""
    file: Any = MidiFile(ticks_per_beat=480)
    track: Any = MidiTrack([MetaMessage("set_tempo", tempo=500_000, time=0)])
    for kind, note, time in (
        ("note_on", 60, 0), ("note_off", 60, 480), ("note_on", 64, 0), ("note_on", 67, 0),
        ("note_off", 64, 240), ("note_off", 67, 0),
    ):  # fmt: skip
        track.append(Message(kind, note=note, velocity=64, time=time))
    file.tracks.append(track)
    file.save(path)
    return path


def test_midi_becomes_a_roll(tmp_path: Path) -> None:
    roll = read_midi(midi(tmp_path / "a.mid"), steps_a_beat=2)
    assert [ints(row.nonzero() + 21) for row in roll] == [[60], [60], [64, 67]]
    midi(tmp_path / "b.mid")
    data = Music(file=str(tmp_path), transpose=1).data(Plan())
    assert data.epoch == 1
    assert len(data.batch(0).target) == 3
    (tmp_path / "c.mid").write_bytes(b"MThd")
    with pytest.raises(TrainingError, match=r"cannot read the MIDI file .*c\.mid"):
        Music(file=str(tmp_path)).data(Plan())


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
        coloured = (picture.view(3, -1) < 1).any(0).view(16, 16)
        for half, said in zip((coloured[:8], coloured[8:]), caption.split(" above "), strict=True):
            assert half.sum() > (16 if "large" in said else 4)


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
    (tmp_path / "captions.tsv").write_text("x.png\tnothing\n")
    with pytest.raises(TrainingError, match=r"captions\.tsv: cannot read the picture x\.png"):
        Captioning(folder=str(tmp_path)).data(Plan())
    (tmp_path / "captions.tsv").unlink()
    with pytest.raises(TrainingError, match="has one of captions"):
        Captioning(folder=str(tmp_path)).data(Plan())
