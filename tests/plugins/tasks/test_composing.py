"""A model of music composes, and what it composed is read back from MIDI."""

from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

import zoo
from zoo.cli.app import cli
from zoo.compiler.model import CompiledGraph
from zoo.errors import ArgumentError, FileError, InputError, TrainingError
from zoo.training import Options, compose, train
from zoo_tasks.midi import write_midi
from zoo_tasks.music import Music
from zoo_tasks.scores import read_scores


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    options = Options(steps=2, batch=4, measurements=1, device="cpu")
    graph = zoo.load(zoo.registry().graphs["polyphonic_music"])
    folder = tmp_path_factory.mktemp("runs") / "music"
    train(graph, task="music", params={"hidden": 7, "layers": 1}, options=options, out=folder)
    return folder


@pytest.mark.parametrize("steps_a_beat", [2, 3])
def test_a_roll_is_the_same_after_midi(steps_a_beat: int, tmp_path: Path) -> None:
    roll = (torch.rand(13, 88, generator=torch.Generator().manual_seed(0)) < 0.3).float()
    roll[-1, 40] = 1  # so that nothing is cut at the end
    write_midi(roll, tmp_path / "a.mid", steps_a_beat=steps_a_beat)
    assert torch.equal(read_scores([tmp_path / "a.mid"], steps_a_beat)[0], roll)
    with pytest.raises(TrainingError, match=r"music is written as .mid, and 'a.wav' is none"):
        write_midi(roll, tmp_path / "a.wav")
    with pytest.raises(FileError, match="cannot be written"):
        write_midi(roll, tmp_path / "nowhere" / "a.mid")


def test_steps_follow_what_is_given_and_a_seed_repeats_them(run: Path, tmp_path: Path) -> None:
    first = compose(run, steps=9, seed=3, device="cpu")
    assert first.steps.shape == (10, 88)  # one to begin with
    assert not first.obstacle
    assert torch.equal(compose(run, steps=9, seed=3, device="cpu").steps, first.steps)
    assert not torch.equal(compose(run, steps=9, seed=4, device="cpu").steps, first.steps)
    first.save(tmp_path / "first.mid")
    (theme,) = read_scores([tmp_path / "first.mid"], 2)
    on = compose(run, steps=5, after=tmp_path / "first.mid", seed=3, device="cpu").steps
    assert torch.equal(on[: len(theme)], theme)
    assert len(on) == len(theme) + 5


def test_a_stream_composes_what_the_whole_model_does(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    streamed = compose(run, steps=7, device="cpu")

    def refuse(*_: object, **__: object) -> None:
        raise InputError("it does not stream")

    monkeypatch.setattr(CompiledGraph, "stream", refuse)
    anew = compose(run, steps=7, device="cpu")
    assert anew.obstacle == "it does not stream"
    assert torch.equal(anew.steps, streamed.steps)


@pytest.mark.parametrize("temperature", [0.0, 1.0, 1e9])
def test_keys_sound_by_their_probability(temperature: float) -> None:
    scores = torch.linspace(-3, 3, 88)
    expected = (scores / temperature).sigmoid() if temperature else (scores > 0).float()
    generator = torch.Generator().manual_seed(0)
    drawn = torch.stack([Music().draw(scores, temperature, generator) for _ in range(900)])
    assert bool(((drawn == 0) | (drawn == 1)).all())
    torch.testing.assert_close(drawn.mean(0), expected, atol=0.08, rtol=0)


def test_the_command_writes_midi(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "new" / "tune.mid"
    line = ["compose", str(run), "-o", str(path), "--steps", "5", "--temperature", "0", "--device", "cpu"]
    done = CliRunner().invoke(cli, line)
    assert (done.exit_code, done.output.startswith(f"wrote {path}: 6 steps, ")) == (0, True)
    assert read_scores([path], 2)
    assert "overwrite it with --force" in CliRunner().invoke(cli, line).output


def test_what_cannot_compose_is_told(run: Path, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="'temperature' must be a number of at least 0, not nan"):
        compose(run, temperature=float("nan"))
    with pytest.raises(
        TrainingError, match=r"music to continue comes as .abc or .mid, and .*tune.txt is neither"
    ):
        compose(run, after=tmp_path / "tune.txt", device="cpu")
    options = Options(steps=1, batch=2, measurements=1, device="cpu")
    train("lstm_regressor", task="adding", settings={"length": 5}, options=options, out=tmp_path / "adding")
    with pytest.raises(
        TrainingError, match="of the task 'adding', whose models do not compose; those of music do"
    ):
        compose(tmp_path / "adding")
