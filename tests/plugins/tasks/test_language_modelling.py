"""Texts to learn from: one file, a folder of them, and another to measure on."""

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.plugins.tasks.helpers import ints
from tests.zoo.training.helpers import TEXT
from zoo.cli.app import cli
from zoo.errors import TrainingError
from zoo.tasks import Level, Plan
from zoo_tasks.language_modelling import LanguageModelling


def test_a_folder_is_all_its_texts(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name, text in (("b/1.txt", TEXT), ("a.txt", "first. "), ("notes.md", "no text")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    data = LanguageModelling(text=str(tmp_path), context=9).data(Plan())
    assert data.digest == hashlib.sha256(f"first. \n{TEXT}".encode()).hexdigest()
    (tmp_path / "c").mkdir()
    with pytest.raises(TrainingError, match=r"a folder of texts holds .txt files, and .*c has none"):
        LanguageModelling(text=str(tmp_path / "c")).data(Plan())


@pytest.mark.parametrize("level", ["characters", "words", "bpe"])
def test_it_is_measured_on_a_text_of_its_own(level: Level, tmp_path: Path) -> None:
    held = "a dog sat on THE mat\n"
    for name, text in (("train.txt", TEXT), ("valid.txt", held)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = {"text": str(tmp_path / "train.txt"), "validation": str(tmp_path / "valid.txt")}
    task = LanguageModelling.model_validate({**files, "level": level, "size": 300, "context": 9})
    data = task.data(Plan(batch=2))
    tokenizer = data.tokenizers["tokens"]
    batches = list(data.validation())
    measured = [
        *ints(batches[0].inputs["tokens"][0])[:1],
        *(t for b in batches for t in ints(b.target.flatten())),
    ]
    assert measured == ints(tokenizer.encode(held))
    if level == "words":
        assert tokenizer.decode(measured) == "dog sat on mat"  # what only the second text has is unknown
    else:
        assert tokenizer.decode(measured) == held
    assert f"more of {files['validation']} to measure on" in data.about[1]
    (tmp_path / "valid.txt").write_text("a")
    with pytest.raises(TrainingError, match="is not what was learned"):
        task.data(Plan(digest=data.digest))
    with pytest.raises(TrainingError, match="and 1 to measure on"):
        LanguageModelling.model_validate(files).data(Plan())
    with pytest.raises(TrainingError, match="name that, too: --text FILE"):
        LanguageModelling(validation=files["validation"]).data(Plan())


def test_unknown_words_of_a_prompt_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text(TEXT, encoding="utf-8")

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    words = ["--with", "level=words", "--with", "text=text.txt", "--context", "5", "--set", "dim=4"]
    done = run("train", "gru_language_model", *words, "--steps", "1", "--batch", "2", "--out", "run")
    assert done.endswith("zoo generate run\n")  # without --prompt "The ", for the text has no such word
    done = run("generate", "run", "--prompt", "a cat xyzzy a", "--prompt", "THE cat", "--length", "2")
    assert run("generate", "run", "--prompt", "the ", "--length", "2")[:5].split(" ")[1]  # one blank, not two
    assert "unknown to the model, which read <unk> instead: 'a', 'xyzzy', 'THE'\n" in done
