"""A trained model says what pictures show: from Python, from the command line, better than by chance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from zoo.cli.app import cli
from zoo.decoding import Beam, Sampling
from zoo.decoding.texts import Author
from zoo.errors import TrainingError
from zoo.tasks import split_off
from zoo.tasks.tokenizers import END
from zoo.training import Options, train
from zoo_tasks.pictures import digits

_, HELD_BACK = split_off(digits())


def learned(out: Path, steps: int, **params: int) -> Path:
    """A run of the library's captioner on the digits."""
    options = Options(steps=steps, batch=32, measurements=1, device="cpu")
    return train("captioner", task="captioning", params=params, options=options, out=out).out


def drawn(folder: Path, count: int) -> list[Path]:
    """Digits that no model has learned from, as files."""
    files = [folder / f"{number:03}.png" for number in range(count)]
    for file, (picture, _) in zip(files, HELD_BACK, strict=False):
        Image.fromarray((picture[0] * 255).to(torch.uint8).numpy()).save(file)
    return files


def run(*arguments: object) -> str:
    done = CliRunner().invoke(cli, ["caption", *map(str, arguments), "--device", "cpu"])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_each_picture_has_its_captions(tmp_path: Path) -> None:
    folder = learned(tmp_path / "run", 5, dim=8)
    (tmp_path / "pictures").mkdir()
    files = drawn(tmp_path / "pictures", 5)
    (tmp_path / "pictures" / "notes.txt").write_text("no picture")
    author, beam = Author.load(folder, "cpu"), Beam(END, 3, 6, best=2)
    together = author.caption(files, beam)
    assert not author.obstacle
    assert [len(texts) for texts in together] == [2] * 5
    # as in training: the very pixels
    alone = author.write({"image": torch.stack([picture.flatten() for picture, _ in HELD_BACK[:5]])}, beam)
    by_two = author.caption(files, beam, batch=2)
    for others in (alone, by_two):
        for texts, same in zip(together, others, strict=True):
            assert [each.text for each in texts] == [each.text for each in same]
            scores = [each.found.score for each in same]
            assert [each.found.score for each in texts] == pytest.approx(scores, abs=0.01)
    few = ("--longest", 6, "--beam", 3)
    lines = run(folder, tmp_path / "pictures", *few).splitlines()
    assert lines == [f"{file}\t{texts[0].text}" for file, texts in zip(files, together, strict=True)]
    found = json.loads(run(folder, files[1], "--best", 2, "--json", *few))
    assert found[0]["file"] == str(files[1])
    assert [each["text"] for each in found[0]["texts"]] == [each.text for each in together[1]]
    assert [line.count("\t") for line in run(folder, files[0], "--best", 2, *few).splitlines()] == [2, 2]
    assert author.caption(files, Sampling(), seed=1) == author.caption(files, Sampling(), seed=1)


def test_what_is_no_picture_is_told(tmp_path: Path) -> None:
    folder = learned(tmp_path / "run", 1, dim=8)
    (tmp_path / "text.png").write_text("no picture")
    click = CliRunner()
    for arguments, code, message in (
        ([tmp_path / "text.png"], 1, "cannot read the picture"),
        ([tmp_path / "missing.png"], 2, "does not exist"),
        ([folder], 1, "a folder holds pictures"),
        ([], 2, "PICTURE"),
    ):
        done = click.invoke(cli, ["caption", str(folder), *map(str, arguments)])
        assert (done.exit_code, message in done.output) == (code, True), done.output
    with pytest.raises(TrainingError, match="which reads no sentences"):
        Author.load(folder, "cpu").translate(["a"], Sampling())


@pytest.mark.long
def test_the_captioner_spells_digits_that_it_has_not_seen(tmp_path: Path) -> None:
    folder = learned(tmp_path / "run", 400)
    files = drawn(tmp_path, len(HELD_BACK))
    found = Author.load(folder, "cpu").caption(files, Beam(END, 4, 8))
    pairs = zip(found, HELD_BACK, strict=True)
    right = sum(texts[0].text == caption for texts, (_, caption) in pairs) / len(found)
    assert right > 0.8  # by chance, 0.1
