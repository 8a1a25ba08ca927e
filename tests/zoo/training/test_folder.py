"""A run's folder: one run at a time, and whatever moment a kill comes at, the run can go on from it."""

import csv
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.zoo.training.helpers import job
from tests.zoo.training.test_run import SHORT, gone_on, same, weights
from zoo.errors import CheckpointError, TrainingError
from zoo.training.checkpoint import read_checkpoint
from zoo.training.folder import BEST, LAST, METRICS, PRIVATE, chosen_folder, free_folder, held
from zoo.training.metrics import forget_after, note
from zoo.training.run import perform
from zoo.training.watcher import Moment, Watcher

LISTENERS: list["Snapshots"] = []


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if LISTENERS and event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"):
        LISTENERS[-1].take()


sys.addaudithook(_listen)


class Snapshots:
    """Copies of a folder, one before every change of it that Python knows of: what a kill would leave."""

    def __init__(self, folder: Path, into: Path) -> None:
        self.folder, self.into = folder, into
        self.found: list[Path] = []
        self._seen: set[tuple[tuple[str, int], ...]] = set()

    def take(self) -> None:
        LISTENERS.pop()
        try:
            files = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
            state = tuple((str(path), path.stat().st_mtime_ns) for path in files)
            if (self.folder / LAST).exists() and state not in self._seen:
                self._seen.add(state)
                self.found.append(self.into / str(len(self.found)))
                shutil.copytree(self.folder, self.found[-1])
        finally:
            LISTENERS.append(self)


@contextmanager
def snapshots(folder: Path, into: Path) -> Generator[list[Path]]:
    listener = Snapshots(folder, into)
    LISTENERS.append(listener)
    try:
        yield listener.found
    finally:
        LISTENERS.clear()


def rows(folder: Path) -> list[list[str]]:
    with (folder / METRICS).open(encoding="utf-8", newline="") as file:
        return [[row[0], *row[2:]] for row in csv.reader(file)]  # all but the seconds


def test_whenever_a_kill_comes_the_run_goes_on_to_the_same_end(tmp_path: Path) -> None:
    options = SHORT.model_copy(update={"steps": 6})
    with snapshots(tmp_path / "run", tmp_path / "killed") as found:
        whole = perform(job(tmp_path / "run", options), Watcher())
    moments = {read_checkpoint(each, LAST).header.step for each in found}
    assert moments >= {1, 2, 3, 4, 5}
    assert len(found) > 20
    for each in found:
        if read_checkpoint(each, LAST).header.step == 6:
            continue
        went_on = perform(gone_on(each, each), Watcher())
        assert same(weights(went_on.model), weights(whole.model))
        assert rows(each) == rows(tmp_path / "run")
        assert {path.name for path in each.iterdir()} == {BEST, LAST, METRICS}


def test_a_folder_is_one_runs_at_a_time(tmp_path: Path) -> None:
    class Second(Watcher):
        said = ""

        def ended(self) -> None:
            with pytest.raises(TrainingError) as caught:
                perform(job(tmp_path / "run", SHORT), Watcher())
            self.said = str(caught.value)

    watcher = Second()
    perform(job(tmp_path / "run", SHORT), watcher)
    assert "another run is writing into" in watcher.said
    assert {path.name for path in (tmp_path / "run").iterdir()} == {BEST, LAST, METRICS}


def test_what_cannot_be_written_to_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match=r"cannot write into the folder .*file.run: Not a directory"):
        perform(job(tmp_path / "file" / "run", SHORT), Watcher())


def test_a_new_folder_goes_again_when_nothing_came_of_it(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    for name in ("old", "new"):
        with held(tmp_path / name):
            assert (tmp_path / name).exists()
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_what_a_killed_run_left_unfinished_goes(tmp_path: Path) -> None:
    (tmp_path / f"{PRIVATE}abc").mkdir()
    (tmp_path / f"{PRIVATE}abc" / LAST).touch()
    (tmp_path / "notes").touch()
    with held(tmp_path):
        assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "notes"]
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


def test_a_free_folder_holds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert free_folder("gpt") == Path("runs/gpt")
    Path("runs/gpt").mkdir(parents=True)
    assert free_folder("gpt") == Path("runs/gpt")
    Path("runs/gpt/note").touch()
    Path("runs/gpt-2").touch()
    assert free_folder("gpt") == Path("runs/gpt-3")


@pytest.mark.parametrize(
    ("name", "remedy"), [(LAST, "go on with it: zoo train --resume"), (BEST, ""), (METRICS, "")]
)
def test_a_folder_with_a_run_is_not_chosen(tmp_path: Path, name: str, remedy: str) -> None:
    folder = tmp_path / "my run"
    folder.mkdir()
    assert chosen_folder(folder) == folder
    (folder / name).touch()
    with pytest.raises(TrainingError, match="choose another folder") as caught:
        chosen_folder(folder)
    assert ("go on" in str(caught.value)) == bool(remedy)
    assert f"{remedy} '{folder}'" in str(caught.value) or not remedy


def test_measurements_after_a_step_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / METRICS
    for step in (2, 4, 6):
        note(path, Moment(step, 1.5, 2.25, 3.125, {"accuracy": 0.5}, 0.25, 3e-3))
    with path.open("a", encoding="utf-8") as file:
        file.write("8,2.0")  # and killed
    forget_after(path, 4)
    head = "step,seconds,train_loss,validation_loss,accuracy,learning_rate,clipped"
    assert path.read_text("utf-8").splitlines() == [
        head,
        *(f"{step},1.5,2.25,3.125,0.5,0.003,0.25" for step in (2, 4)),
    ]
    path.write_text("one,two,three,four\na,b,c,d\n", encoding="utf-8")
    with pytest.raises(CheckpointError, match="is no table of measurements"):
        forget_after(path, 4)
