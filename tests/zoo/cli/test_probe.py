"""``zoo probe``: tables, JSON, pictures, exit codes; of graphs and of runs."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import zoo
from zoo.probing import gradients, record, subject
from zoo.training import Options, train

Run = Callable[..., Result]
SMALL = "--set vocab=7 --set dim=5 --set hidden=5 --size time=7 --examples 3"
GRAPH = """\
format: zoo/1
name: pooled
inputs: {x: float batch time 3, mask: bool batch time}
outputs: {y: mean}
nodes:
  mean: {use: basic/mean_pool, in: x}
"""


def test_a_fresh_graph_in_tables(zoo_: Run) -> None:
    result = zoo_(f"probe rnn_language_model {SMALL}")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "random data, batch=3, time=7"
    assert lines[3].startswith("wire along verdict at 0 at 1 at the end per step overall")
    assert re.match(r"memory\.h time neither [\d.]+ [\d.]+ [\d.]+ × 0\.", lines[5])
    assert "later steps along 'time' change nothing before them" in lines
    assert lines[-1] == "all values and all gradients are finite"


def test_all_parts_in_json(zoo_: Run) -> None:
    graph = "gpt --set vocab=7 --set dim=6 --set heads=3 --set hidden=5 --set layers=2 --size time=7"
    result = zoo_(f"probe {graph} gradients recurrence leaks nan statistics attention --json")
    found = json.loads(result.stdout)
    assert [*found] == [
        "about",
        "gradients",
        "recurrence",
        "leaks",
        "nan",
        "statistics",
        "attention",
        "unfit",
        "faults",
    ]
    assert (found["recurrence"], found["nan"], found["faults"]) == ([], None, [])
    assert found["leaks"]["forbidden"] == ["time"]
    assert [len(each["weights"][0]) for each in found["attention"]] == [3, 3]
    made = subject(
        "gpt", params={"vocab": 7, "dim": 6, "heads": 3, "hidden": 5, "layers": 2}, sizes={"time": 7}
    )
    (expected,) = gradients(made, ["decoder.0"])
    (told,) = (each for each in found["gradients"] if each["wire"] == "decoder.0")
    assert told["course"]["norms"] == pytest.approx(expected.course.norms)
    chosen = zoo_(f"probe {graph} statistics attention")
    assert "decoder.1.attend" in chosen.stdout


def test_a_part_without_an_answer_takes_nothing_from_the_others(zoo_: Run, tmp_path: Path) -> None:
    result = zoo_(f"probe rnn_language_model {SMALL} recurrence attention --json")
    found = json.loads(result.stdout)
    assert (result.exit_code, [*found]) == (1, ["about", "recurrence", "unfit", "faults"])
    assert [*found["unfit"]] == ["attention"]
    assert result.stderr == f"error: attention: {found['unfit']['attention']}\n"
    path = tmp_path / "units.yaml"
    path.write_text(
        "format: zoo/1\nname: units\ninputs: {x: float batch 3}\noutputs: {y: units}\n"
        "nodes:\n  units: {use: basic/linear, with: {output: 5}, in: x}\n"
    )
    usual = zoo_("probe", str(path))
    assert usual.exit_code == 0
    assert usual.stderr.startswith("no answer: gradients: no wire of this graph has an axis of steps")
    assert usual.stdout.endswith("all values and all gradients are finite\n")
    assert zoo_("probe", str(path), "gradients").exit_code == 1


def test_one_step_has_no_distances(zoo_: Run) -> None:
    result = zoo_(f"probe rnn_language_model {SMALL.replace('time=7', 'time=1')} gradients")
    rows = {line.split()[0]: line.split() for line in result.stdout.splitlines() if line}
    assert [len(rows[name]) for name in ("embed", "memory.h")] == [5, 5]
    assert rows["embed"][1:3] == ["time", "local"]
    assert "one step has no distance to another" in result.stdout


def test_what_keeps_all_parts_from_an_answer_is_told_once(zoo_: Run) -> None:
    small = "--set vocab=7 --set dim=6 --set heads=3 --set hidden=5 --set layers=1 --set context=4"
    result = zoo_(f"probe gpt {small} --size time=7")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: gradients, recurrence, leaks, nan: position/learned has 4 places")
    assert result.stderr.count("4 places") == 1


def test_a_folder_of_runs_names_them(zoo_: Run, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "last.safetensors").write_bytes(b"")
    result = zoo_(f"probe {tmp_path}")
    assert result.exit_code == 1
    assert result.stderr.endswith(f"but runs are in it: {tmp_path / 'first'}\n")


def test_nan_and_infinity_in_json_and_in_pictures(zoo_: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures are drawn by matplotlib: pip install layerzoo[probe]")
    path, picture = tmp_path / "exploding.yaml", tmp_path / "exploding.svg"
    path.write_text("""\
format: zoo/1
name: exploding
inputs: {x: float batch time 3}
outputs: {y: walk.out}
nodes:
  walk:
    scan:
      over: time
      each: {x: x}
      state: {h: zeros batch 3}
      nodes:
        large: {use: basic/scale, with: {factor: 1.0e+100}, in: h}
        add: {use: basic/add, in: [large, x]}
      next: {h: add}
      stack: {out: add}
""")
    result = zoo_(f"probe {path} gradients --size time=7 --json --wire walk.h -o {picture}")
    assert result.exit_code == 0
    (found,) = json.loads(result.stdout)["gradients"]
    assert found["course"]["norms"][-1] == "Infinity"
    assert found["course"]["rate"] is None
    lost = sum(norm == "Infinity" for norm in found["course"]["norms"])
    told = f"not in the picture: points of walk.h, of whose 7 norms {lost} are NaN or infinite"
    assert result.stderr.splitlines() == [f"wrote {picture}", told]
    assert "`zoo probe ... nan` names" in zoo_(f"probe {path} gradients --size time=7").stdout
    (loop,) = json.loads(zoo_(f"probe {path} recurrence --size time=7 --json").stdout)["recurrence"]
    assert loop["gain"]["verdict"] == "exploding"
    assert [loop["largest"][0], loop["largest"][-1], loop["radius"]] == [1.0, "NaN", pytest.approx(1e100)]


def test_what_leaks_is_an_error(zoo_: Run, tmp_path: Path) -> None:
    path = tmp_path / "pooled.yaml"
    path.write_text(GRAPH)
    result = zoo_("probe --size time=7", str(path), "leaks")
    assert result.exit_code == 1
    assert "padding along 'time' shows in the output y" in result.stdout
    assert "error: the output 'y' changes with what stands in the padding along 'time'" in result.stderr
    ahead = zoo_("probe self_attention leaks --at 3 --size time=7")
    lines = [line.split() for line in ahead.stdout.splitlines()]
    assert [line[4:6] for line in lines if line[:1] == ["attend"]] == [["3", "0"]]


def test_pictures(zoo_: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures are drawn by matplotlib: pip install layerzoo[probe]")
    path = tmp_path / "course.svg"
    result = zoo_(f"probe rnn_language_model {SMALL} gradients --wire memory.h -o {path}")
    assert result.stdout.endswith(f"wrote {path}\n")
    assert "memory.h" in path.read_text(encoding="utf-8")
    assert "overwrite it with --force" in zoo_(f"probe rnn_language_model {SMALL} gradients -o {path}").stderr
    named = zoo_(f"probe gpt gradients -o {tmp_path / 'course.txt'}")
    assert (named.exit_code, named.stdout) == (1, "")
    assert "a picture is an .svg or a .png" in named.stderr
    refused = zoo_(f"probe gpt leaks -o {path}")
    assert refused.exit_code == 2
    assert "name one of gradients, recurrence, attention" in refused.stderr


def test_several_graphs_are_compared(zoo_: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures are drawn by matplotlib: pip install layerzoo[probe]")
    path = tmp_path / "both.svg"
    small = "--set vocab=7 --set dim=5 --size time=7 --examples 3"
    two = f"probe rnn_language_model gru_language_model {small}"
    result = zoo_(f"{two} gradients leaks -o {path}")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [line.split()[:3] for line in lines if ": embed " in line] == [
        ["rnn_language_model:", "embed", "time"],
        ["gru_language_model:", "embed", "time"],
    ]
    assert lines.count("later steps along 'time' change nothing before them") == 2
    text = path.read_text(encoding="utf-8")
    assert "rnn_language_model: embed, ×" in text
    assert "gru_language_model: embed, ×" in text
    found = json.loads(zoo_(f"{two} recurrence attention --json").stdout)["probed"]
    assert [each["name"] for each in found] == ["rnn_language_model", "gru_language_model"]
    assert [[loop["walk"] for loop in each["recurrence"]] for each in found] == [
        ["memory"],
        ["gru.cells.0", "gru.cells.1"],
    ]
    chosen = zoo_(f"{two} gradients --wire memory.h")
    assert chosen.exit_code == 1
    assert "rnn_language_model: memory.h" in chosen.stdout
    assert chosen.stderr.startswith("error: gru_language_model: gradients: a wire is named by its path")
    both = zoo_(f"probe gpt transformer attention -o {tmp_path / 'maps.svg'}")
    assert (both.exit_code, "the attention of one model" in both.stderr) == (2, True)


def test_a_word_that_is_nothing_is_told(zoo_: Run) -> None:
    result = zoo_("probe gpt gradent")
    assert result.exit_code == 1
    assert (
        "'gradent' is neither a file, nor a graph of the library, nor a part (did you mean 'gradients'?)"
        in (result.stderr)
    )
    assert zoo_("probe gradients").exit_code == 2
    fresh = zoo_("probe gpt --fresh")
    assert (fresh.exit_code, "--fresh is for runs" in fresh.stderr) == (2, True)


def test_a_run_is_probed_on_its_own_data(zoo_: Run, tmp_path: Path) -> None:
    graph = zoo.load(zoo.registry().graphs["rnn_language_model"])
    options = Options(steps=2, batch=3, device="cpu", measurements=1)
    run = train(
        graph,
        task="delayed_recall",
        settings={"lag": 5},
        params={"dim": 5, "hidden": 7},
        options=options,
        out=tmp_path / "run",
    )
    made = subject(run.out, examples=3)
    assert made.about.startswith(f"step 2 of {run.out}, validation data of delayed_recall, tokens 3 × 7")
    weight = made.model.get_submodule("memory.cell").get_parameter("weight_hh")
    assert weight.equal(run.model.get_submodule("memory.cell").get_parameter("weight_hh").double())
    # The loss asks for the last step alone; so do its gradients.
    seen = record(made)
    (towards,) = made.towards(seen.outputs).values()
    assert not towards[:, :-1].any()
    assert towards[:, -1].any()
    assert made.loss is not None
    made.loss(seen.outputs).backward()  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    result = zoo_("probe --json", str(run.out), "gradients")
    told = {each["wire"]: each for each in json.loads(result.stdout)["gradients"]}
    assert len(told["memory.h"]["course"]["norms"]) == 7
    first = subject(run.out, examples=3, fresh=True)
    assert first.inputs["tokens"].equal(made.inputs["tokens"])
    assert not first.model.get_submodule("memory.cell").get_parameter("weight_hh").equal(weight)
    compared = json.loads(zoo_("probe --json --fresh", str(run.out), "gradients").stdout)["probed"]
    assert [each["name"] for each in compared] == [str(run.out), f"{run.out}, fresh"]
    assert compared[1]["about"].startswith(f"fresh weights for {run.out}, validation data of delayed_recall")
    refused = zoo_("probe --size time=9", str(run.out))
    assert "is a run, which has its own sizes" in refused.stderr
    nothing = zoo_("probe", str(tmp_path))
    assert nothing.exit_code != 0
    assert "logits: float batch time 17 " in zoo_("show", str(run.out)).stdout
    assert "class RnnLanguageModel" in zoo_("eject", str(run.out)).stdout
    longer = zoo_("probe --with lag=9", str(run.out), "statistics")
    assert "tokens 4 × 11" in longer.stdout


def test_a_task_gives_data_and_loss(zoo_: Run) -> None:
    small = "--set dim=5 --set hidden=5"
    result = zoo_(f"probe rnn_language_model gradients --task delayed_recall --with lag=5 {small}")
    assert "the task delayed_recall, tokens 4 × 7" in result.stdout
    words = subject("self_attention", task="sentiment", examples=2).words["time"]
    assert [len(row) for row in words] == [len(words[0])] * 2
    assert all(word.isalpha() or not word for row in words for word in row)
    nowhere = zoo_(f"probe rnn_language_model gradients --task delayed_recall --with lag=5 --at 2 {small}")
    assert "the loss leaves this step out" in nowhere.stderr
