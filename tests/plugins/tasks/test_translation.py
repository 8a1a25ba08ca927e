"""Pairs of sentences: aligned files, tables, made ones; shifted targets; what is wrong with files."""

from pathlib import Path

import pytest
import torch

from tests.plugins.tasks.helpers import ints
from zoo.errors import TrainingError
from zoo.tasks import Level, Plan
from zoo_tasks.numbers import numbers_and_dates
from zoo_tasks.translation import Translation

PAIRS = [(f"the number {each}", f"die Zahl {each}") for each in range(30)]


def files(folder: Path) -> dict[str, str]:
    for side, name in enumerate(("en", "de")):
        lines = [pair[side] for pair in PAIRS]
        (folder / f"text.{name}").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"source_file": str(folder / "text.en"), "target_file": str(folder / "text.de")}


@pytest.mark.parametrize("level", ["characters", "words", "bpe"])
@pytest.mark.parametrize("shared", [True, False])
def test_sentences_come_back_from_their_tokens(level: Level, shared: bool, tmp_path: Path) -> None:
    task = Translation.model_validate({**files(tmp_path), "level": level, "shared": shared, "size": 300})
    data = task.data(Plan(batch=27))
    assert data.epoch == 1
    batch = data.batch(0)
    source, target = data.tokenizers["source"], data.tokenizers["target"]
    assert (source is target) == shared
    rows = zip(batch.inputs["source"], batch.target, strict=True)
    read = {(source.decode(ints(row)).strip(), target.decode(ints(answer)).strip()) for row, answer in rows}
    assert len(read) == 27
    assert read <= {*PAIRS}
    fed, answer, mask = batch.inputs["target"], batch.target, batch.mask
    assert mask is not None
    assert (fed[:, 0] == 1).all()
    assert torch.equal(fed[:, 1:] * mask[:, 1:], answer[:, :-1] * mask[:, 1:])
    assert (answer.gather(1, mask.sum(1, keepdim=True) - 1) == 2).all()
    assert data.params["vocab"] == max(len(source), len(target))


def test_a_table_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "pairs.tsv").write_text("\n".join(map("\t".join, PAIRS)), encoding="utf-8")
    table = Translation(file=str(tmp_path / "pairs.tsv"), level="words").data(Plan(batch=27))
    beside = Translation.model_validate({**files(tmp_path), "level": "words"}).data(Plan(batch=27))
    assert torch.equal(table.batch(3).target, beside.batch(3).target)


def test_a_run_that_goes_on_keeps_its_tokenizers_and_knows_its_data(tmp_path: Path) -> None:
    task = Translation.model_validate(files(tmp_path))
    first = task.data(Plan())
    (tmp_path / "text.en").write_text("\n".join(f"{source}!" for source, _ in PAIRS))
    task.data(Plan())
    with pytest.raises(TrainingError, match="is not what was learned"):
        task.data(Plan(digest=first.digest, tokenizers=first.tokenizers))


def test_what_is_wrong_with_files_is_said(tmp_path: Path) -> None:
    named = files(tmp_path)
    (tmp_path / "text.de").write_text("eins\nzwei\n")
    with pytest.raises(TrainingError, match=r"text\.en has 30 and .*text\.de has 2"):
        Translation.model_validate(named).data(Plan())
    with pytest.raises(TrainingError, match="a translation has two sides"):
        Translation(source_file=named["source_file"]).data(Plan())
    with pytest.raises(TrainingError, match="both --with source_validation and target_validation"):
        Translation.model_validate({**named, "source_validation": named["source_file"]}).data(Plan())
    with pytest.raises(TrainingError, match="a file with both sides, or source_file and target_file"):
        Translation.model_validate({**named, "file": named["source_file"]}).data(Plan())
    with pytest.raises(TrainingError, match="beside source_file and target_file"):
        Translation(source_validation="a", target_validation="b").data(Plan())
    with pytest.raises(TrainingError, match="all have more than 1 tokens"):
        Translation(longest=1, level="characters", pairs=20).data(Plan())


def test_numbers_and_dates_in_words() -> None:
    pairs = dict(numbers_and_dates(400, "en", "de"))
    assert len(pairs) == 400
    assert all(any(word.isalpha() for word in target.split()) for target in pairs.values())
    dates = {source: target for source, target in pairs.items() if "," in source and source[-4:].isdigit()}
    assert len(dates) > 100
    assert all(source[-4:] == target[-4:] for source, target in dates.items())
    with pytest.raises(TrainingError, match="does not know the language 'xx'"):
        numbers_and_dates(9, "en", "xx")
