"""A trained model translates: from Python and from the command line, and is judged."""

from __future__ import annotations

import importlib
import json
import math
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from tests.plugins.tasks.test_translation import PAIRS, files
from zoo.cli.app import cli
from zoo.decoding import Beam, Ranking, Sampling
from zoo.decoding.judging import by_length, judge
from zoo.decoding.texts import Author
from zoo.errors import ArgumentError, TrainingError
from zoo.tasks.tokenizers import END
from zoo.training import Options, train

SENTENCES = [source for source, _ in PAIRS[:5]] + ["", "number the the number 3"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has learned little."""
    folder = tmp_path_factory.mktemp("runs")
    settings = {**files(folder), "level": "words"}
    params = {"dim": 16, "attention": 8}
    options = Options(steps=30, batch=9, learning_rate=1e-2, measurements=1)
    train(
        "seq2seq_additive",
        task="translation",
        settings=settings,
        params=params,
        options=options,
        out=folder / "run",
    )
    return folder / "run"


def test_each_sentence_has_its_texts_whatever_the_batch(run: Path) -> None:
    author = Author.load(run, "cpu")
    beam = Beam(END, 3, 8, best=2)
    together = author.translate(SENTENCES, beam)
    assert [len(texts) for texts in together] == [2] * len(SENTENCES)
    assert {*together[0][0].text.split()} & {"die", "Zahl"}
    by_two = author.translate(SENTENCES, beam, batch=2)
    for texts, others in zip(together, by_two, strict=True):
        assert [each.text for each in texts] == [each.text for each in others]
        assert [each.found.score for each in texts] == pytest.approx(
            [each.found.score for each in others], abs=1e-5
        )
    drawn = author.translate(SENTENCES, Sampling(top_p=0.9), longest=5, draws=3, seed=3)
    assert drawn == author.translate(SENTENCES, Sampling(top_p=0.9), longest=5, draws=3, seed=3)
    assert [len(texts) for texts in drawn] == [3] * len(SENTENCES)
    assert all(len(each.found.tokens) <= 5 for texts in drawn for each in texts)
    assert len({each.text for texts in drawn for each in texts[:2]}) > len(SENTENCES)


def test_texts_that_are_there_are_scored_as_a_search_scores_them(run: Path) -> None:
    author = Author.load(run, "cpu")
    found = author.translate(SENTENCES, Beam(END, 3, 8, ranking=Ranking(alpha=0)))
    ended = [
        (sentence, texts[0])
        for sentence, texts in zip(SENTENCES, found, strict=True)
        if texts[0].found.finished and texts[0].text
    ]
    assert len(ended) > 2
    scores = author.score([sentence for sentence, _ in ended], [each.text for _, each in ended], batch=2)
    assert scores == pytest.approx([each.found.log_p for _, each in ended], abs=1e-4)
    greedy = [each[0] for each in author.translate(SENTENCES, Beam(END, 1, 8))]
    finished = [pair for pair in zip(SENTENCES, greedy, strict=True) if pair[1].found.finished]
    fit = author.fit([sentence for sentence, _ in finished], [each.text for _, each in finished], batch=2)
    assert fit.accuracy == 1.0  # the likeliest tokens, by definition
    assert fit.tokens == sum(len(each.found.tokens) + 1 for _, each in finished)
    total = -sum(each.found.log_p for _, each in finished)
    assert fit.nll == pytest.approx(total / fit.tokens, abs=1e-5)
    assert fit.perplexity == pytest.approx(math.exp(fit.nll))
    assert author.fit(SENTENCES[:3], ["Zahl Zahl"] * 3).accuracy < 1
    with pytest.raises(TrainingError, match="and there are none"):
        author.fit([], [])
    with pytest.raises(TrainingError, match="1 sentences and 2 texts"):
        author.score(["a"], ["b", "c"])


def test_coverage_reads_where_the_model_looked(run: Path) -> None:
    author = Author.load(run, "cpu")
    plain, covered = (
        author.translate(SENTENCES[:3], Beam(END, 3, 8, best=3, ranking=Ranking(alpha=0, coverage=beta)))
        for beta in (0.0, 0.5)
    )
    assert [each.found.score for each in plain[0]] == pytest.approx([each.found.log_p for each in plain[0]])
    assert all(each.found.score < each.found.log_p for texts in covered for each in texts)
    assert translate(run, "--text", SENTENCES[0], "--coverage", "0.5")
    author.attends = False
    with pytest.raises(TrainingError, match="a graph gives as an output 'alignment'"):
        author.translate(SENTENCES[:1], Beam(END, ranking=Ranking(coverage=0.1)))


def translate(*arguments: str | Path, beam: int | None = 3) -> str:
    """What the command prints."""
    search = [] if beam is None else ["--beam", str(beam)]
    done = CliRunner().invoke(cli, ["translate", *map(str, arguments), "--longest", "8", *search])
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(*arguments: str | Path) -> str:
    """What the command says of something that it does not do."""
    done = CliRunner().invoke(cli, ["translate", *map(str, arguments)])
    assert done.exit_code in (1, 2), done.output
    assert not done.stdout
    return done.stderr


def test_the_command_writes_a_line_for_a_line(run: Path, tmp_path: Path) -> None:
    source, right = tmp_path / "source.txt", tmp_path / "right.txt"
    sentences = [*SENTENCES, f"{SENTENCES[0]}\u2028{SENTENCES[1]}"]  # a line, whatever Unicode thinks
    source.write_bytes("\r\n".join([*sentences, ""]).encode("utf-8-sig"))  # as Windows writes it
    said = translate(run, source)
    author = Author.load(run, "cpu")
    expected = [texts[0].text for texts in author.translate(sentences, Beam(END, 3, 8))]
    assert said.removesuffix("\n").split("\n") == expected
    right.write_text(said, encoding="utf-8")
    found = json.loads(translate(run, source, "--references", right, "--json"))
    assert [score["name"] for score in found["scores"]] == ["BLEU", "chrF2"]
    assert found["scores"][1]["score"] == pytest.approx(100)
    assert "version" in found["scores"][0]["signature"]
    assert sum(group["texts"] for group in found["bleu_by_length"]) == sum(
        map(bool, map(str.split, expected))
    )
    assert found["texts"][0][0].keys() == {"text", "score", "log_p", "finished"}
    assert found["forced"].keys() == {"nll", "perplexity", "accuracy", "tokens"}
    written = tmp_path / "new" / "written.txt"
    assert translate(run, source, "-o", written) == ""
    assert written.read_text(encoding="utf-8") == said
    assert "exists already" in refused(run, source, "-o", written)
    told = CliRunner().invoke(cli, ["translate", str(run), str(source), "--references", str(right)]).stderr
    assert re.search(r"NLL \d+\.\d+ nats, perplexity \d+\.\d+, accuracy \d\.\d+ \(\d+ tokens\)", told)
    drawn = translate(run, "--text", SENTENCES[0], "--sample", "--best", "3", beam=None)
    assert [line.count("\t") for line in drawn.splitlines()] == [1, 1, 1]
    several = translate(run, "--text", SENTENCES[0], "--best", "2")
    assert [line.count("\t") for line in several.splitlines()] == [1, 1]


def test_the_documentation_holds(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[3] / "docs" / "decode.md").read_text(encoding="utf-8")
    monkeypatch.chdir(run.parent)
    Path("sentences.txt").write_text("\n".join(SENTENCES), encoding="utf-8")
    Path("right.txt").write_text("\n".join(SENTENCES), encoding="utf-8")
    Path("photos").mkdir()
    for picture in ("three.png", "photos/four.png"):
        Image.new("L", (8, 8)).save(picture)
    small = ["--set", "dim=8", "--steps", "1", "--measurements", "1"]
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    commands = [line for language, text in blocks if not language for line in text.splitlines()]
    assert len(commands) >= 10
    for line in commands:
        words = shlex.split(line, comments=True)[1:]
        if words[0] != "train":
            words = [str(run) if word == "runs/first" else word for word in words]
        elif "captioner" in words:
            words += small
        elif "polyphonic_music" in words:
            words += ["--set", "hidden=8", *small[2:]]
        else:
            continue  # that one is the run of this module
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0, done.output
    codes = [text for language, text in blocks if language == "python"]
    names: dict[str, object] = {}
    for code in codes:
        exec(code.replace('"runs/first"', repr(str(run))), names)
    assert names["found"]


@pytest.mark.long
def test_a_pipe_is_answered_while_it_is_open_and_ctrl_c_loses_nothing(run: Path) -> None:
    command = [
        sys.executable,
        "-P",
        "-m",
        "zoo",
        "translate",
        str(run),
        "-",
        "--batch",
        "1",
        "--longest",
        "8",
    ]
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, encoding="utf-8", **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        first = Author.load(run, "cpu").translate(SENTENCES[:2], Beam(END, longest=8))
        for sentence, texts in zip(SENTENCES, first, strict=False):
            process.stdin.write(f"{sentence}\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"{texts[0].text}\n"
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
    assert (process.returncode, rest) == (130, "")
    # The second is counted a moment after it is written.
    assert re.fullmatch("stopped early; sentences complete and written: [12]\ninterrupted\n", said)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--best 5", "--best 5 is more than the 4 texts that a search gives with --beam 4; write --beam 5"),
        ("--best 3 --stop 2", "with --stop 2; write --stop 3 or more"),
        ("--temperature 0.5", "--temperature: tokens are only drawn with --sample"),
        ("--top-k 5", "--top-k: tokens are only drawn with --sample"),
        ("--sample --beam 2", "--beam: with --sample tokens are drawn"),
        ("--sample --coverage 0.1", "--coverage: with --sample tokens are drawn"),
    ],
)
def test_options_that_would_do_nothing_are_refused(run: Path, options: str, said: str) -> None:
    assert said in " ".join(refused(run, "--text", "a", *options.split()).split())


def test_what_does_not_fit_is_told(run: Path, tmp_path: Path) -> None:
    click = CliRunner()
    both = click.invoke(cli, ["translate", str(run)])
    assert both.exit_code == 2
    assert "either a FILE with a sentence a line, or --text" in both.output
    (tmp_path / "latin.txt").write_bytes("größer".encode("latin-1"))
    latin = click.invoke(cli, ["translate", str(run), str(tmp_path / "latin.txt")])
    assert latin.exit_code == 1
    assert "is to be text in UTF-8, and is not from byte 2 on" in latin.output
    author: Any = Author.load(run, "cpu")  # without the types that would refuse these calls
    with pytest.raises(ArgumentError, match=r"'sentences' must be a list, not a str; write \['one'\]"):
        author.translate("one", Beam(END))
    with pytest.raises(ArgumentError, match="'search' must be a Beam or a Sampling, not an int"):
        author.translate(["one"], 4)
    (tmp_path / "two.txt").write_text("a\nb\n", encoding="utf-8")
    uneven = click.invoke(
        cli, ["translate", str(run), "--text", "a", "--references", str(tmp_path / "two.txt")]
    )
    assert "there are 1 texts and 2 references" in uneven.stderr
    assert not uneven.stdout
    with pytest.raises(TrainingError, match="2 texts and 1 references"):
        judge(["a", "b"], ["a"])
    (tmp_path / "text.txt").write_text("abcdefgh " * 300, encoding="utf-8")
    options = Options(steps=1, batch=2, measurements=1)
    train(
        "gru_language_model",
        task="language_modelling",
        settings={"text": str(tmp_path / "text.txt"), "context": 8},
        options=options,
        out=tmp_path / "run",
    )
    with pytest.raises(TrainingError, match="whose models do not write a text of their own"):
        Author.load(tmp_path / "run", "cpu")


def test_scores_are_those_of_sacrebleu_and_go_by_length() -> None:
    sacrebleu: Any = importlib.import_module("sacrebleu")  # typed in part

    right = ["the cat sat on the mat today", "a dog " * 6 + "runs", "one two three four five six"]
    written = ["the cat sat on a mat today", "a dog " * 6 + "ran", "one two three four five six"]
    bleu, chrf = judge(written, right)
    assert bleu.score == sacrebleu.corpus_bleu(written, [right]).score
    assert chrf.score == sacrebleu.corpus_chrf(written, [right]).score
    groups = by_length(written, right)
    assert [(name, count) for name, count, _ in groups] == [("1-10", 2), ("11-20", 1)]
    assert groups[1][2] == sacrebleu.corpus_bleu(written[1:2], [right[1:2]]).score
