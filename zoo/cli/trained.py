"""What ``zoo train`` says at the end of a run: its losses, and what to do next."""

from __future__ import annotations

import shlex

import click

from zoo.tasks import Composing, find_task
from zoo.training.display import losses
from zoo.training.folder import CURVES
from zoo.training.job import Result


def tell(result: Result) -> None:
    """Print the validation loss, the best checkpoint, and the next command."""
    folder = shlex.quote(str(result.out))
    against = result.baseline
    beside = f"; {against.name} {losses(against.loss, result.unit)}" if against else ""
    more = "".join(f", {name} {value:.4f}" for name, value in result.metrics.items())
    click.echo(f"validation {losses(result.validation_loss, result.unit)}{more}{beside}")
    if result.ended_early:
        click.echo(f"ended at step {result.step:,}: the validation loss got no lower (--patience)")
    if result.interrupted:
        click.echo(f"stopped at step {result.step:,} and saved; go on with: zoo train --resume {folder}")
    tokenizer = result.tokenizers.get("tokens")
    writes = _writer(result, folder)
    if result.writes_on:
        known = tokenizer is not None and not tokenizer.unknown("The ")
        prompt = ' --prompt "The "' if known else ""
        writes = f"; let it write with: zoo generate {folder}{prompt}"
    if issubclass(find_task(result.task), Composing):
        writes = f"; let it write with: zoo compose {folder} -o tune.mid"
    writes = writes or f"; measure it on other data with: zoo evaluate {folder} --with NAME=VALUE"
    click.echo(f"the best model: {result.best}{writes}")
    if (result.out / CURVES).is_dir():
        click.echo(f"the curves: tensorboard --logdir {folder}")


def _writer(result: Result, folder: str) -> str:
    """How to have a model translate or caption, as the end of a sentence."""
    decoding = find_task(result.task).decoding
    if decoding is None or not decoding.start:
        return ""
    if "source" in result.tokenizers:
        return f'; let it write with: zoo translate {folder} --text "..."'
    return "" if "source" in decoding.given else f"; let it write with: zoo caption {folder} PICTURE"
