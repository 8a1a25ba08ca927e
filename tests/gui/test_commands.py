"""Commands: each once, in a menu, with keys of its own; keys that a person changed."""

import re
from collections import Counter
from pathlib import Path

import pytest

from zoo_gui.commands.document import renewed
from zoo_gui.commands.every import MENUS, every_command
from zoo_gui.commands.keymap import clashes, read_keys, shown_keys
from zoo_gui.editor import Editor
from zoo_gui.panels import PANELS
from zoo_gui.window import Window

COMMANDS = every_command()
ROOT = Path(__file__).resolve().parents[2]


def test_every_command_is_there_once_and_says_what_it_does() -> None:
    assert max(Counter(command.id for command in COMMANDS).values()) == 1
    for command in COMMANDS:
        menu = command.menu.partition("/")[0]
        assert menu in MENUS
        assert command.id.startswith(f"{menu.lower()}.")
        assert len(command.about) > 10
        assert not command.about.endswith(".")


def test_no_two_commands_share_a_key() -> None:
    assert not clashes({command.id: command.keys for command in COMMANDS})


def test_keys_are_changed_by_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text('{"file.save": "F2", "edit.undo": ["Ctrl+U", "F3"], "file.open": ""}')
    keys, faults = read_keys(file, COMMANDS)
    assert not faults
    assert (keys["file.save"], keys["edit.undo"], keys["file.open"]) == (("F2",), ("Ctrl+U", "F3"), ())
    assert keys["file.new"] == ("Ctrl+N",)
    assert keys["edit.rename"] == ()  # it was F2


def test_what_is_wrong_with_keys_is_told(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(
        '{"file.sav": "F9", "edit.undo": "Strg+Z", "file.open": 3, "file.new": "F3", "file.close": "F3"}'
    )
    keys, faults = read_keys(file, COMMANDS)
    assert len(faults) == 4
    assert "did you mean 'file.save'?" in faults[0]
    assert "F3 calls one command" in faults[3]
    assert keys["edit.undo"] == ("Ctrl+Z",)
    file.write_text("{")
    assert "cannot be read" in read_keys(file, COMMANDS)[1][0]
    file.write_text("[]")
    assert "is to hold" in read_keys(file, COMMANDS)[1][0]


def test_keys_are_shown_in_words() -> None:
    assert shown_keys(("Ctrl+S", "F9")) == "Ctrl+S, F9"


def test_every_command_is_in_a_menu_of_the_window(window: Window) -> None:
    for command in COMMANDS:
        action = window.menus.actions[command.id]
        assert action.isEnabled() == command.enabled(window)
    assert not window.menus.actions["edit.undo"].isEnabled()


def test_keys_follow_their_file(window: Window, editor: Editor) -> None:
    editor.settings.keys_file.write_text('{"file.save": "F9"}')
    editor.read_keys()
    assert window.menus.actions["file.save"].shortcut().toString() == "F9"
    editor.settings.keys_file.write_text('{"file.sav": "F9"}')
    editor.read_keys()
    assert "did you mean" in window.last_words


def test_the_page_of_the_editor_lists_every_command() -> None:
    page = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
    assert renewed(page) == page, "make it anew: python -m zoo_gui.commands.document"
    for panel in PANELS:
        assert f"| {panel.title} |" in page


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        renewed("# The editor\n")


def test_the_keys_on_the_page_are_keys(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    (tmp_path / "keys.json").write_text(example)
    assert read_keys(tmp_path / "keys.json", COMMANDS)[1] == []
