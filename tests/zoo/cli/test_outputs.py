"""Where commands write: missing folders are made, nothing is overwritten without --force."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

LINES = {
    "graphs copy rnn_language_model {folder}": "rnn_language_model.yaml",
    "new layer mine/soft --to {folder}": "soft.py",
    "eject rnn_language_model -o {folder}/rnn.py": "rnn.py",
}


@pytest.mark.parametrize("line", LINES)
def test_every_command_writes_by_the_same_rule(zoo_: Run, tmp_path: Path, line: str) -> None:
    folder = tmp_path / "a folder" / "in it"
    file = folder / LINES[line]
    command, _, name = line.partition("{folder}")
    assert zoo_(command, f"{folder}{name}").exit_code == 0
    text = file.read_text(encoding="utf-8")
    file.write_text("mine", encoding="utf-8")
    again = zoo_(command, f"{folder}{name}")
    assert again.exit_code == 1
    assert again.stderr == (
        f"error: '{file}' exists already; name another place, or overwrite it with --force\n"
    )
    assert file.read_text(encoding="utf-8") == "mine"
    assert zoo_(command, f"{folder}{name}", "--force").exit_code == 0
    assert file.read_text(encoding="utf-8") == text


def test_a_folder_that_cannot_be_made_is_told(zoo_: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    done = zoo_("eject rnn_language_model -o", str(tmp_path / "file" / "in" / "rnn.py"))
    assert done.exit_code == 1
    assert done.stderr.startswith(f"error: the folder '{tmp_path / 'file' / 'in'}' cannot be made: Not a dir")
