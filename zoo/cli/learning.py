"""How ``zoo train`` learns: the options that a run keeps (``zoo.training.Options``)."""

from __future__ import annotations

import math
from typing import Any

import click

from zoo.cli.files import together


class _Finite(click.FloatRange):
    """A number of a range; click's own range lets nan and inf pass."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not in the range", param, ctx)
        return number


_POSITIVE = _Finite(min=0, min_open=True)
_SHARE = _Finite(min=0, max=1, max_open=True)

learning_options = together(
    click.option("--steps", type=click.IntRange(min=1), help="Steps to take; 2000 when no limit is given."),
    click.option("--epochs", type=_POSITIVE, help="Times to go through the data."),
    click.option("--minutes", type=_POSITIVE, help="Time to take."),
    click.option(
        "--batch", type=click.IntRange(min=1), default=32, show_default=True, help="Examples a step."
    ),
    click.option(
        "--accumulate", type=click.IntRange(min=1), default=1, show_default=True, help="Batches a step."
    ),
    click.option(
        "--optimizer", type=click.Choice(["adamw", "adam", "sgd"]), default="adamw", show_default=True
    ),
    click.option(
        "--lr",
        "learning_rate",
        type=_POSITIVE,
        default=3e-3,
        show_default=True,
        help="Learning rate after the warm-up.",
    ),
    click.option(
        "--schedule",
        type=click.Choice(["cosine", "noam", "constant"]),
        default="cosine",
        show_default=True,
        help="How it falls.",
    ),
    click.option(
        "--warm-up", type=click.IntRange(min=0), help="Steps in which it rises  [default: the schedule's]"
    ),
    click.option("--beta1", type=_SHARE, default=0.9, show_default=True, help="Of Adam; momentum of SGD."),
    click.option("--beta2", type=_SHARE, default=0.99, show_default=True, help="Of Adam."),
    click.option("--weight-decay", type=_Finite(min=0), default=0.1, show_default=True, help="Of matrices."),
    click.option(
        "--clip",
        type=_Finite(min=0),
        default=1.0,
        show_default=True,
        help="Largest norm of the gradients together; 0 leaves them as they are.",
    ),
    click.option("--carry", is_flag=True, help="Carry states from batch to batch (truncated BPTT)."),
    click.option(
        "--patience", type=click.IntRange(min=1), help="End after so many measurements without a gain."
    ),
    click.option(
        "--measurements",
        type=click.IntRange(min=1),
        default=10,
        show_default=True,
        help="Measurements a run.",
    ),
    click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True),
    click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True),
    click.option("--precision", type=click.Choice(["32", "bf16", "16"]), default="32", show_default=True),
    click.option(
        "--strategy",
        type=click.Choice(["auto", "ddp", "fsdp"]),
        default="auto",
        show_default=True,
        help="How processes of torchrun share the work: each has the whole model, or (fsdp) a part.",
    ),
    click.option("--tensorboard", is_flag=True, help="Write the curves for TensorBoard too."),
)
"""Every option of a run but for what is learned, and where it is kept."""
