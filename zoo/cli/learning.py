"""The options of ``zoo train`` that a run keeps (``zoo.training.Options``)."""

from __future__ import annotations

import math
from typing import Any

import click

from zoo.cli.files import device_option, seed_option, together


class _Finite(click.FloatRange):
    """A finite number in a range; click's own ranges accept nan and inf."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not in the range", param, ctx)
        return number


_POSITIVE = _Finite(min=0, min_open=True)
_SHARE = _Finite(min=0, max=1, max_open=True)

learning_options = together(
    click.option("--steps", type=click.IntRange(min=1), help="Limit in steps; 2000 without any limit."),
    click.option("--epochs", type=_POSITIVE, help="Limit in passes through the data."),
    click.option("--minutes", type=_POSITIVE, help="Limit in minutes."),
    click.option(
        "--batch", type=click.IntRange(min=1), default=32, show_default=True, help="Examples per batch."
    ),
    click.option(
        "--accumulate",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        help="Batches per step, whose gradients are added up.",
    ),
    click.option(
        "--optimizer",
        type=click.Choice(["adamw", "adam", "sgd"]),
        default="adamw",
        show_default=True,
        help="How the weights are updated.",
    ),
    click.option(
        "--lr",
        "learning_rate",
        type=_POSITIVE,
        default=3e-3,
        show_default=True,
        help="Peak learning rate, after the warm-up.",
    ),
    click.option(
        "--schedule",
        type=click.Choice(["cosine", "noam", "constant"]),
        default="cosine",
        show_default=True,
        help="How the learning rate falls.",
    ),
    click.option(
        "--warm-up",
        type=click.IntRange(min=0),
        help="Steps in which the learning rate rises  [default: by schedule]",
    ),
    click.option(
        "--beta1",
        type=_SHARE,
        default=0.9,
        show_default=True,
        help="Decay rate of Adam's first moment; momentum of sgd.",
    ),
    click.option(
        "--beta2", type=_SHARE, default=0.99, show_default=True, help="Decay rate of Adam's second moment."
    ),
    click.option(
        "--weight-decay",
        type=_Finite(min=0),
        default=0.1,
        show_default=True,
        help="Weight decay of matrices.",
    ),
    click.option(
        "--clip",
        type=_Finite(min=0),
        default=1.0,
        show_default=True,
        help="Largest global norm of the gradients; 0 disables clipping.",
    ),
    click.option("--carry", is_flag=True, help="Carry states from batch to batch (truncated BPTT)."),
    click.option(
        "--patience", type=click.IntRange(min=1), help="Early stopping: measurements without a lower loss."
    ),
    click.option(
        "--measurements",
        type=click.IntRange(min=1),
        default=10,
        show_default=True,
        help="Measurements per run.",
    ),
    seed_option("Of initial weights, dropout and the order of the data."),
    device_option,
    click.option(
        "--precision",
        type=click.Choice(["32", "bf16", "16"]),
        default="32",
        show_default=True,
        help="bf16 and 16 compute in half precision, with weights in single precision.",
    ),
    click.option(
        "--strategy",
        type=click.Choice(["auto", "ddp", "fsdp"]),
        default="auto",
        show_default=True,
        help="How processes of torchrun share the work: with the whole model each, or (fsdp) sharded.",
    ),
    click.option("--tensorboard", is_flag=True, help="Also write logs for TensorBoard."),
)
"""Every option of a run except its task, its data and its folder."""
