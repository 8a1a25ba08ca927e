"""Texts with labels: from files of each format, from rules, and what is wrong with a file."""

import json
from pathlib import Path

import pytest
import torch

from tests.plugins.tasks.helpers import ints
from zoo.errors import TrainingError
from zoo.tasks import Plan
from zoo_tasks.opinions import BAD, CONTRASTS, GOOD, NEGATIONS, opinions
from zoo_tasks.sentiment import Sentiment
from zoo_tasks.tables import read_table

ROWS = [("a fine day", "yes"), ("no, rain", "no"), ('it "shines"', "yes"), ("fog", "no")] * 5


def write(path: Path) -> Path:
    if path.suffix == ".jsonl":
        lines = [json.dumps({"text": text, "label": label, "more": 1}) for text, label in ROWS]
    elif path.suffix == ".csv":
        lines = ["label,text", *(f'{label},"{text.replace(chr(34), chr(34) * 2)}"' for text, label in ROWS)]
    else:
        lines = [f"{text}\t{label}" for text, label in ROWS]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl"])
def test_every_format_says_the_same(suffix: str, tmp_path: Path) -> None:
    data = Sentiment(file=str(write(tmp_path / f"rows.{suffix}"))).data(Plan(batch=18))
    assert data.params["classes"] == 2
    assert data.epoch == 1
    batch = data.batch(0)
    read = data.tokenizers["tokens"]
    rows = {
        (read.decode(ints(row)), int(label))
        for row, label in zip(batch.inputs["tokens"], batch.target, strict=True)
    }
    assert rows == {("a fine day", 1), ("no , rain", 0), ('it " shines "', 1), ("fog", 0)}
    assert torch.equal(batch.inputs["mask"], batch.inputs["tokens"] != 0)


def test_texts_of_about_one_length_come_together() -> None:
    batches = Sentiment(sentences=600).data(Plan(batch=16)).batch
    filled = [float(batches(number).inputs["mask"].float().mean()) for number in range(20)]
    assert sum(filled) / 20 > 0.9


def test_an_epoch_has_every_text_once(tmp_path: Path) -> None:
    rows = "\n".join(f"w{number}\tx{number % 2}" for number in range(50))
    (tmp_path / "rows.tsv").write_text(rows)
    data = Sentiment(file=str(tmp_path / "rows.tsv")).data(Plan(batch=4))
    seen = [
        int(token) for number in range(int(data.epoch or 0)) for token in data.batch(number).inputs["tokens"]
    ]
    assert sorted(seen) == sorted(set(seen))
    assert len(seen) == 45
    again = [int(token) for number in range(12, 24) for token in data.batch(number).inputs["tokens"]]
    assert sorted(again) == sorted(seen)
    assert again != seen


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "a.csv",
            "texts,Label\na,b\n",
            r"a.csv:1: .* no 'text' \(did you mean 'texts'\?\) and no 'label' \(did you mean 'Label'\?\)",
        ),
        (
            "a.csv",
            "text,label,text\na,b,c\n",
            "a.csv:1: each column has a name of its own, and 'text' names 2",
        ),
        ("a.csv", "sentence,sort\na,b\n", "a.csv:1: .*; name yours: --with text=COLUMN"),
        ("a.csv", "text;label\na;b\n", "a.csv:1: .*parted by commas, not by semicolons"),
        ("a.csv", "text,label\na\n", "a.csv:2: 2 columns are needed, and here are 1"),
        ("a.csv", "text,label\nfine, warm,yes\n", "a.csv:2: the first line names 2 columns, and here are 3;"),
        ("a.csv", 'label,text\nyes,a\nno,"b\nyes,c\n', "a.csv:3: what begins here is no CSV: unexpected end"),
        (
            "a.csv",
            "text,label\na,yes\nb,no\nfog, \n",
            "a.csv:4: every text has a label, and there is none for 'fog'",
        ),
        ("a.tsv", "text\tsort\na\tb\n", r"a.tsv:1: the first line names the columns, text and label among"),
        (
            "a.jsonl",
            '{"text": "a", "label": null}\n',
            "a.jsonl:1: 'label' is text or a number, and here it is null",
        ),
        ("a.jsonl", '{"text": ["a"], "label": 1}\n', r"a.jsonl:1: 'text' is text or a number.*\["),
        ("a.jsonl", '{"text": "a", "label": 1}\n{"text": 3\n', "a.jsonl:2: a line is a JSON object"),
        ("a.jsonl", '{"text": "a", "lable": 1}\n', r"a.jsonl:1: there is no 'label' \(did you mean 'lable'"),
        (
            "a.jsonl",
            '{"text": "a", "label": 1}\n{"text": "\\ud800", "label": 1}',
            "a.jsonl:2: 'text' holds half of a",
        ),
        ("a.jsonl", '{"text": "a", "label": NaN}', "a.jsonl:1: .*: NaN is no number of JSON"),
        ("a.jsonl", "[" * 100_000, "a.jsonl:1: a line is a JSON object, and this is none"),
        ("a.doc", "text", "examples come as .csv, .tsv or .jsonl"),
        ("a.tsv", "one\tyes\ntwo\tyes\n", "two labels or more to learn from, and there is 1"),
        ("a.tsv", "one\tyes\n", r"at least two examples are needed.*a\.tsv has one"),
        ("a.csv", "text,label\n", r"a\.csv: it has the names of columns, and no rows"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(
    name: str, text: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(TrainingError, match=message):
        Sentiment(file=str(tmp_path / name)).data(Plan())


def test_what_ends_a_line_elsewhere_is_text(tmp_path: Path) -> None:
    """As files from Windows: a mark at the front, CRLF; and separators of Unicode within a text."""
    odd = "a\u2028b\x0bc\x85"
    for name, line in (
        ("a.jsonl", json.dumps({"text": odd, "label": 1}, ensure_ascii=False)),
        ("a.tsv", f"{odd}\t1"),
    ):
        (tmp_path / name).write_bytes(f"{line}\r\n\r\n{line}\r\n".encode("utf-8-sig"))
        assert read_table(str(tmp_path / name), ("text", "label"))[0] == [(odd, "1")] * 2


def test_long_texts_and_equal_numbers(tmp_path: Path) -> None:
    long, table = "a " * 100_000, tmp_path / "a.csv"
    table.write_text(f"text,label\n{long},1\n")
    assert read_table(str(table), ("text", "label")).rows == [(long, "1")]
    lines = tmp_path / "a.jsonl"
    lines.write_text("\n".join(f'{{"label": {label}}}' for label in ("1", "1.0", "0.5", '"1.0"')))
    assert read_table(str(lines), ("label",)).rows == [("1",), ("1",), ("0.5",), ("1.0",)]


def test_a_file_to_measure_on_has_the_same_labels(tmp_path: Path) -> None:
    learned, other = write(tmp_path / "rows.csv"), tmp_path / "more.tsv"
    other.write_text("rain\tperhaps\n")
    with pytest.raises(TrainingError, match=r"the label 'perhaps' is only among .* learns no, yes from"):
        Sentiment(file=str(learned), validation=str(other)).data(Plan())
    with pytest.raises(TrainingError, match="validation is a file beside one to learn from"):
        Sentiment(validation=str(other)).data(Plan())


def test_negation_and_contrast_decide() -> None:
    """Every sentence, judged a second time from its words."""
    made = opinions(500)
    assert {label for _, label in made} == {"positive", "negative"}
    for sentence, label in made:
        halves, word = [sentence], ""
        for each in CONTRASTS:
            if f" , {each} " in sentence:
                halves, word = sentence.split(f" , {each} "), each
        meant = halves[-1] if word in {"but", "yet"} else halves[0]
        good = any(each in meant.split() for each in GOOD)
        assert good != any(each in meant.split() for each in BAD)
        negated = any(each in meant.split() for each in NEGATIONS)
        assert (good != negated) == (label == "positive")
