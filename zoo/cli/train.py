"""``zoo train``: train a graph for a task, or resume a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from zoo.cli.files import Assignment, GraphFile, console, examples, set_option
from zoo.cli.learning import learning_options

if TYPE_CHECKING:
    from zoo.training import Result
    from zoo.values import Scalar

_RESUMABLE = {"device", "text", "settings", "steps", "epochs", "minutes", "out", "resume"}
"""The options that apply to a resumed run; all others come from its checkpoint."""


def _config(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:  # noqa: ARG001 - click passes it
    """Take the defaults of this call from a file."""
    if value is not None:
        from zoo.cli.config import META, read_config

        config = read_config(value, ctx)
        ctx.meta[META] = config
        ctx.default_map = {**(ctx.default_map or {}), **config.values}


@click.command(
    short_help="Train a graph for a task.",
    epilog=examples(
        "zoo train gpt",
        "zoo train gpt --text book.txt --minutes 30 --device cuda --precision bf16",
        "zoo train my_model.yaml --steps 500 --lr 1e-3 --out runs/first",
        "zoo train --resume runs/first --steps 1000",
        "zoo train my_probe.yaml --from runs/first",
        "zoo train --config train.yaml",
    ),
)
@click.argument("graph", type=GraphFile(), required=False)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_config,
    is_eager=True,
    expose_value=False,
    help="A YAML file with options of this command; the command line takes precedence.",
)
@click.option("--task", help="The task; `zoo tasks` lists them  [default: language_modelling]")
@click.option(
    "--with",
    "settings",
    multiple=True,
    type=Assignment(),
    help="A setting of the task, as in --with level=words; `zoo tasks NAME` lists them. May be repeated.",
)
@click.option(
    "--text",
    type=click.Path(path_type=Path),
    help="Short for --with text=FILE: UTF-8, or a folder of .txt  [default: English that comes with Python]",
)
@click.option("--context", type=click.IntRange(min=1), help="Short for --with context=N: tokens per window.")
@click.option(
    "--label-smoothing",
    type=click.FloatRange(min=0, max=1, max_open=True),
    help="Short for --with label_smoothing=E: the probability that other labels share.",
)
@click.option(
    "--port",
    "ports",
    multiple=True,
    metavar="TASK=GRAPH",
    help="The graph's own name for a port of the task, as in --port tokens=words. May be repeated.",
)
@set_option
@learning_options
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for the checkpoints  [default: runs/GRAPH]"
)
@click.option(
    "--resume", type=click.Path(path_type=Path), metavar="CHECKPOINT", help="Resume a run, given its folder."
)
@click.option(
    "--from",
    "pretrained",
    type=click.Path(path_type=Path),
    metavar="CHECKPOINT",
    help="Start from the weights of another run, or of a safetensors file, by their names.",
)
@click.pass_context
def train(ctx: click.Context, graph: str | None, resume: Path | None, **choices: Any) -> Result:
    """Train GRAPH, a file or a graph of the library, for a task; without a graph, the task's own.

    A task requires certain ports, which `zoo tasks` shows. The run ends at the first limit that it reaches,
    or after 2000 steps. Ctrl-C stops and saves it.
    """
    from zoo.cli.config import placing
    from zoo.cli.trained import tell

    if resume is None and not any((graph, choices["task"], choices["pretrained"])):
        raise click.UsageError(
            "name a GRAPH to train (`zoo graphs` lists the library's), a --task (`zoo tasks`), a run to "
            "--resume, or one to begin --from"
        )
    with placing(ctx):
        result = _begin(graph, choices) if resume is None else _go_on(ctx, resume, choices)
    if result.tells:
        tell(result)
    if result.interrupted:
        ctx.exit(130)  # as shells report Ctrl-C
    return result


def _begin(graph: str | None, choices: dict[str, Any]) -> Result:
    """Start a new run."""
    from zoo import training
    from zoo.training.display import Display

    choices["clip"] = choices["clip"] or None
    options = {name: choices[name] for name in training.Options.model_fields}
    return training.train(
        graph,
        task=choices["task"],
        settings=_settings(choices),
        text=choices["text"],
        params=dict(choices["params"]),
        ports=dict(map(_pair, choices["ports"])),
        options=training.Options.model_validate(options),
        pretrained=choices["pretrained"],
        out=choices["out"],
        watcher=Display(console()),
    )


def _go_on(ctx: click.Context, resume: Path, choices: dict[str, Any]) -> Result:
    """Resume a run. UsageError for options that cannot be changed."""
    from zoo import training
    from zoo.training.display import Display

    named = {param.name: param.opts[0] for param in ctx.command.params if _is_given(ctx, param)}
    foreign = [shown for name, shown in named.items() if name not in _RESUMABLE]
    if foreign:
        names = ", ".join(foreign)
        raise click.UsageError(f"{names}: a resumed run takes this from its checkpoint; leave it out")
    return training.resume(
        resume,
        settings=_settings(choices),
        text=choices["text"],
        steps=choices["steps"],
        epochs=choices["epochs"],
        minutes=choices["minutes"],
        device=choices["device"] if "device" in named else None,
        out=choices["out"],
        watcher=Display(console()),
    )


def _settings(choices: dict[str, Any]) -> dict[str, Scalar]:
    """The settings of the task, including those with options of their own."""
    short = {name: choices[name] for name in ("context", "label_smoothing") if choices[name] is not None}
    return {**dict(choices["settings"]), **short}


def _pair(text: str) -> tuple[str, str]:
    name, equals, own = text.partition("=")
    if not name or not equals or not own:
        raise click.UsageError(f"--port: '{text}' is not TASK=GRAPH; write for example tokens=words")
    return name, own


def _is_given(ctx: click.Context, param: click.Parameter) -> bool:
    sources = {ParameterSource.COMMANDLINE, ParameterSource.DEFAULT_MAP}  # the latter is --config
    return ctx.get_parameter_source(str(param.name)) in sources
