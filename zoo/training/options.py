"""What a person may choose about a training run; kept in its checkpoint, so that a resumed run is the same
run.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["32", "bf16", "16"]


class Options(BaseModel):
    """The choices and their defaults.

    A run ends at the first of ``steps``, ``epochs`` and ``minutes`` that is reached; with none given it takes
    ``DEFAULT_STEPS``. The learning rate warms up, then falls to zero towards that end. With a limit in
    minutes it follows the clock, and two runs are no longer bit for bit the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    steps: Annotated[int, Field(gt=0)] | None = None
    epochs: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    minutes: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    batch: Annotated[int, Field(gt=0)] = 32
    """Windows a step."""
    context: Annotated[int, Field(gt=0)] | None = None
    """Characters a window; None is the graph's own param ``context`` or, where it has none, DEFAULT_CONTEXT.
    """
    learning_rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 3e-3
    """The highest one, after the warm-up."""
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.1
    """Applied to matrices; biases and norms are left alone."""
    clip: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    """The largest norm of all gradients together."""
    seed: Annotated[int, Field(ge=0)] = 0
    device: Device = "auto"
    precision: Precision = "32"
    """``bf16`` and ``16`` compute in half precision and keep the weights in single."""


def faults(error: ValidationError) -> str:
    """What pydantic found wrong, in a line."""
    return "; ".join(": ".join([*map(str, fault["loc"]), fault["msg"]]) for fault in error.errors())


DEFAULT_STEPS = 2000
DEFAULT_CONTEXT = 128
