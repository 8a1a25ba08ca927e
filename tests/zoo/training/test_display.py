"""What a person sees of a run."""

import io
from pathlib import Path

from rich.console import Console

from tests.zoo.training.helpers import job
from zoo.training.display import Display, losses
from zoo.training.options import Options
from zoo.training.run import perform


def shown(tmp_path: Path, terminal: bool) -> str:
    file = io.StringIO()
    display = Display(Console(file=file, force_terminal=terminal, width=120, markup=False, highlight=False))
    perform(job(tmp_path, Options(steps=10, batch=2)), display)
    return file.getvalue()


def test_without_a_terminal_lines_remain(tmp_path: Path) -> None:
    text = shown(tmp_path, terminal=False)
    assert "\x1b" not in text
    lines = text.splitlines()
    assert lines[0].startswith(
        "recurrent: 945 parameters on cpu, 15 different characters, 13 of them in view"
    )
    assert lines[1].startswith("learns from ")
    assert lines[1].endswith("text.txt: 1,296 characters, and 144 more are held back for validation")
    assert lines[2].startswith("to beat: bigram model, 0.8")
    assert [line.split()[:2] for line in lines[3:]] == [["step", str(step)] for step in range(1, 11)]
    assert all("nats = " in line and "bits" in line for line in lines[2:])
    assert all(len(line) < 80 for line in lines[3:])


def test_a_terminal_has_a_bar_that_goes_away(tmp_path: Path) -> None:
    text = shown(tmp_path, terminal=True)
    assert "training" in text
    assert "loss" in text
    assert text.rstrip().endswith("\x1b[2K")  # the bar is wiped


def test_losses_stand_in_both_units() -> None:
    assert losses(2.0794415, "nats a character") == "2.079 nats = 3.000 bits a character"
    assert losses(2.0794415, "nats") == "2.079 nats"
    assert losses(-0.0, "nats") == "0.000 nats"
    assert losses(0.1667, "squared error") == "0.1667 squared error"


def test_a_resumed_run_says_where_it_goes_on(tmp_path: Path) -> None:
    file = io.StringIO()
    begun = job(tmp_path, Options(steps=10, batch=2))
    begun.clock.step = 3
    perform(begun, Display(Console(file=file, width=120)))
    assert "goes on at step 3" in file.getvalue()
