"""The group: help, lightness, errors as sentences, exit codes, completion."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import zoo
from zoo.cli.app import COMMANDS, cli
from zoo.errors import ZooError
from zoo.extras import command

Run = Callable[..., Result]


def zoo_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "zoo", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_help_lists_every_command(zoo_: Run) -> None:
    result = zoo_("--help")
    assert result.exit_code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in result.output
    assert "Exit codes: 0 success, 1 an error was found, 2 wrong usage, 130 Ctrl-C." in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(zoo_: Run, name: str) -> None:
    result = zoo_(f"{name} --help")
    assert result.exit_code == 0
    assert "Examples:" in result.output
    assert f"  zoo {name}" in result.output.partition("Examples:")[2]
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name
    assert command.short_help


@pytest.mark.parametrize(
    "arguments", [["--help"], *([name, "--help"] for name in COMMANDS), ["completion", "zsh"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """What is imported shows in the interpreter's own account."""
    done = subprocess.run(
        [sys.executable, "-P", "-X", "importtime", "-m", "zoo", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "zoo.cli.app" in imported
    assert not imported & {
        "torch",
        "lightning",
        "PySide6",
        "rich",
        "networkx",
        "pydantic",
        "yaml",
        "jaxtyping",
    }


def test_version(zoo_: Run) -> None:
    assert zoo_("--version").output == f"layerzoo, version {zoo.__version__}\n"


def test_an_unknown_command_is_a_wrong_call(zoo_: Run) -> None:
    result = zoo_("chekc")
    assert result.exit_code == 2
    assert "there is no command 'chekc' (did you mean 'check'?); zoo --help lists them" in result.output


def test_an_error_is_a_sentence_and_no_traceback(zoo_: Run) -> None:
    result = zoo_("show gtp")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        "error: a graph is a file or one of the library, and 'gtp' is neither (did you mean 'gpt'?); "
        "zoo graphs lists the library\n"
    )


def test_any_zoo_error_ends_a_command_with_one(zoo_: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZooError("out of luck; try again")

    monkeypatch.setattr("zoo.packs.registry", fail)
    result = zoo_("packs")
    assert (result.exit_code, result.stderr) == (1, "error: out of luck; try again\n")


def test_a_bug_is_no_sentence(zoo_: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr("zoo.packs.registry", fail)
    with pytest.raises(RuntimeError):
        zoo_("packs")


@pytest.mark.parametrize("wrapped", [False, True])
def test_ctrl_c_ends_with_130(zoo_: Run, monkeypatch: pytest.MonkeyPatch, wrapped: bool) -> None:
    set_to: list[object] = []

    def remember(number: int, handler: object) -> None:
        set_to.append((number, handler))

    monkeypatch.setattr("zoo.cli.app.signal.signal", remember)

    def interrupt() -> None:
        if wrapped:  # as Python 3.11 does in a __set_name__
            raise RuntimeError("Error calling __set_name__") from KeyboardInterrupt()
        raise KeyboardInterrupt

    monkeypatch.setattr("zoo.packs.registry", interrupt)
    result = zoo_("packs")
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")
    assert set_to == [(signal.SIGINT, signal.SIG_DFL)]


def test_the_command_is_installed() -> None:
    done = zoo_process("--version")
    assert (done.returncode, done.stdout) == (0, f"layerzoo, version {zoo.__version__}\n")


LAYER = '''
from jaxtyping import Float
from torch import Tensor, nn
import zoo

@zoo.layer("mine/scale")
class Scale(nn.Module):
    """Multiply by a constant."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x
'''


def test_plugins_names_a_folder_of_packs(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(LAYER)
    (tmp_path / "broken.py").write_text("1 / 0")
    (tmp_path / "empty").mkdir()
    folders = ["--plugins", str(tmp_path), "--plugins", str(tmp_path / "empty")]
    done = zoo_process(*folders, "layers", "mine")
    assert done.returncode == 0
    assert "mine/scale" in done.stdout
    assert "warning: pack 'broken': ZeroDivisionError: " in done.stderr
    assert f"warning: there is no pack in {tmp_path / 'empty'}" in done.stderr
    assert zoo_process("layers", "mine").returncode == 1


def test_plugins_that_are_not_there_are_a_wrong_call(zoo_: Run) -> None:
    assert zoo_("--plugins /surely/not/there layers").exit_code == 2


def test_plugins_after_the_command_is_told_its_place(zoo_: Run) -> None:
    result = zoo_("layers --plugins .")
    assert result.exit_code == 2
    assert "--plugins DIR stands before the command: zoo --plugins DIR COMMAND" in result.stderr
    wrong = zoo_("layers --jsn").stderr
    assert "there is no option --jsn (did you mean '--json'?); zoo layers --help lists them" in wrong


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("probe gpt --seed 9223372036854775808", "of at least 0 and at most 9223372036854775807, not '9"),
        ("run gpt --times 0", "'--times': it must be a whole number of at least 1, not '0'"),
        ("draw gpt -o a.svg --scale large", "it must be a number of at least 0.1 and at most 8, not 'large'"),
        ("run gpt --size time=-3", "a size must be a positive whole number"),
        ("graphs gpt", "zoo show gpt shows this graph, zoo draw gpt -o gpt.svg draws it, and zoo"),
        ("graphs cpy", "there is neither a command nor a graph 'cpy' (did you mean 'copy'?)"),
    ],
)
def test_what_is_called_wrongly_is_told_in_our_words(zoo_: Run, line: str, said: str) -> None:
    result = zoo_(line)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_that_is_not_there_is_told_before_qt_starts(zoo_: Run) -> None:
    assert zoo_("gui surely_not.yaml").stderr.startswith("error: there is no file 'surely_not.yaml'")


def test_an_error_at_run_time_names_node_and_params(zoo_: Run) -> None:
    told = zoo_("run gpt --size time=1000").stderr.splitlines()
    assert told[0].startswith("error: position/learned has 128 places, and the sequence has 1000 steps")
    assert told[1].startswith("  in the node 'position' (")
    assert told[1].endswith("), whose max_length is $context")


@pytest.mark.parametrize("command", ["run gpt", "show gpt", "run encoder_linformer", "probe gpt nan"])
def test_examples_are_no_longer_than_tables(zoo_: Run, command: str) -> None:
    done = zoo_(f"{command} --set context=5")
    assert done.exit_code == 0, done.stderr
    assert re.search(r"time=4\b|tokens +1 4 ", done.stdout)


def test_sizes_beyond_a_table_are_refused_before_they_are_counted(zoo_: Run) -> None:
    told = zoo_("show gpt --size time=1000")
    assert told.exit_code == 1
    assert told.stderr.startswith("error: these sizes are refused: position: it has 128 places")


def test_an_old_encoding_is_no_reason_to_fail() -> None:
    done = zoo_process("layers", "attention/multi_head", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "softmax(Q_h K_h? / ?(dim/heads)) V_h" in done.stdout


def test_no_color_is_heard(zoo_: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for value, codes in (("", True), ("1", False)):
        monkeypatch.setenv("NO_COLOR", value)
        result = CliRunner().invoke(cli, ["check", "none"], color=True)
        assert ("\x1b[" in result.output) == codes


def test_without_docstrings_the_layers_are_there() -> None:
    done = zoo_process("check", "gpt", PYTHONOPTIMIZE="2")
    assert (done.returncode, done.stdout) == (0, "gpt: no problems\n")
    assert zoo_process("layers", "basic/linear", PYTHONOPTIMIZE="2").returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_under_the_output_is_a_sentence() -> None:
    for arguments in (["graphs"], ["check", "gpt"]):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "zoo", *arguments],
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
                text=True,
            )
        assert (done.returncode, done.stderr) == (
            1,
            "error: cannot write the output: No space left on device\n",
        )


def test_an_output_that_is_closed_is_none() -> None:
    command = f"{shlex.quote(sys.executable)} -P -m zoo graphs >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_that_the_system_refuses_is_told(zoo_: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise PermissionError(13, "Permission denied", "mine.yaml")

    monkeypatch.setattr("zoo.packs.registry", fail)
    result = zoo_("packs")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: 'mine.yaml' cannot be read or written: Permission denied; name")


def test_another_error_of_the_system_is_no_sentence(zoo_: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise FileNotFoundError(2, "No such file", "lost.yaml")

    monkeypatch.setattr("zoo.packs.registry", fail)
    with pytest.raises(FileNotFoundError):
        zoo_("packs")


SHOW_POLICY = """
import os, sys
from zoo.cli import main
sys.argv[1:] = ["--version"]
try:
    main()
finally:
    print(os.environ["OMP_WAIT_POLICY"])
"""


@pytest.mark.parametrize(("chosen", "policy"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE")])
def test_threads_sleep_while_they_wait(chosen: dict[str, str], policy: str) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    command = [sys.executable, "-P", "-c", SHOW_POLICY]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**clean, **chosen})
    assert done.stdout.splitlines()[-1] == policy


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(zoo_: Run, shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.shell_completion.BashComplete._check_version", staticmethod(lambda: None))
    result = zoo_(f"completion {shell}")
    assert result.exit_code == 0
    assert f"_ZOO_COMPLETE={shell}_complete" in result.output


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("zoo fm", {"fmt"}),
        ("zoo layers basic/lin", {"basic/linear"}),
        ("zoo check --js", {"--json"}),
        ("zoo show seq2seq_add", {"seq2seq_additive"}),
    ],
)
def test_completion_knows_commands_options_and_library_graphs(words: str, completed: set[str]) -> None:
    count = str(len(words.split()) - 1)
    done = zoo_process(_ZOO_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == completed


def test_gui_without_an_editor_is_a_sentence(zoo_: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType] # of a str
    result = zoo_("gui")
    assert result.exit_code == 1
    assert result.stderr.endswith(f"PySide6 is not installed; {command('gui')}\n")
