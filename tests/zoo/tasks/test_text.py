"""Reading a text: what is accepted, and what a person is told about what is not."""

from pathlib import Path

import pytest

from zoo.errors import TrainingError
from zoo.tasks.text import read_text


def test_the_built_in_text_is_half_a_megabyte_of_english() -> None:
    text, name = read_text(None)
    assert name.startswith("pydoc_data.topics of Python 3.")
    assert len(text) > 300_000
    assert text.count(" the ") > 3000
    assert "\\n" not in text.splitlines()[0]  # the text itself, not the source that holds it


@pytest.mark.parametrize("raw", [b"one\ntwo\n", b"one\r\ntwo\r\n", b"one\rtwo\r", b"\xef\xbb\xbfone\ntwo\n"])
def test_line_ends_and_marks_make_no_difference(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(raw)
    assert read_text(file) == ("one\ntwo\n", str(file))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"ein\nSch\xe4fer", "has the byte 0xe4 at offset 7 (line 2)"),
        ("Schäfer".encode("utf-16"), "has the byte 0xff at offset 0 (line 1)"),
        (b"", "is empty"),
        (b" \n\n", "is blank"),
    ],
)
def test_a_file_without_text_is_refused(tmp_path: Path, raw: bytes, message: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(raw)
    with pytest.raises(TrainingError) as caught:
        read_text(file)
    assert message in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="No such file"):
        read_text(tmp_path / "missing.txt")
    with pytest.raises(TrainingError, match="it is a folder"):
        read_text(tmp_path)


def test_utf_16_is_guessed_by_its_mark(tmp_path: Path) -> None:
    file = tmp_path / "my text.txt"
    file.write_text("hello", encoding="utf-16")
    with pytest.raises(TrainingError, match=r"iconv -f UTF-16 -t UTF-8 '.*my text\.txt' > text\.txt"):
        read_text(file)
