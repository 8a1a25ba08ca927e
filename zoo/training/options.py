"""What a person may choose about a training run; kept in its checkpoint, so that a resumed run is the same
run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeGuard

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from zoo.checker.ranges import faults
from zoo.errors import ArgumentError, did_you_mean

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["32", "bf16", "16"]
Strategy = Literal["auto", "ddp", "fsdp"]
Optimizer = Literal["adamw", "adam", "sgd"]
Schedule = Literal["cosine", "noam", "constant"]

_Share = Annotated[float, Field(ge=0, lt=1)]


class Options(BaseModel):
    """The choices and their defaults.

    A run ends at the first of ``steps``, ``epochs`` and ``minutes`` that is reached; with none given it takes
    ``DEFAULT_STEPS``. With a limit in minutes the learning rate follows the clock, and two runs are no longer
    bit for bit the same. Raises ArgumentError for a choice that there is not, and for a value that is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    steps: Annotated[int, Field(gt=0)] | None = None
    epochs: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    minutes: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    batch: Annotated[int, Field(gt=0)] = 32
    """Examples a step, of all processes together."""
    accumulate: Annotated[int, Field(gt=0)] = 1
    """Batches a step: their gradients are added up, so that the memory of one is enough."""
    optimizer: Optimizer = "adamw"
    learning_rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 3e-3
    """The highest one, after the warm-up."""
    schedule: Schedule = "cosine"
    """``cosine`` falls to zero at the end of the run, ``noam`` with 1/√step, ``constant`` stays."""
    warm_up: Annotated[int, Field(ge=0)] | None = None
    """Steps in which the learning rate rises; None is a twentieth of the run for ``cosine``, 400 steps for
    ``noam``, none for ``constant``.
    """
    beta1: _Share = 0.9
    """How long Adam's mean of the gradients lasts; for SGD it is the momentum."""
    beta2: _Share = 0.99
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.1
    """Applied to matrices; biases and norms are left alone."""
    clip: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = 1.0
    """The largest norm of all gradients together; None leaves them as they are."""
    carry: bool = False
    """Truncated back-propagation through time: states go from each batch to the next, without gradient."""
    patience: Annotated[int, Field(gt=0)] | None = None
    """After so many measurements without a better one the run ends."""
    measurements: Annotated[int, Field(gt=0)] = 10
    """How often the run is measured and saved, evenly over its length."""
    seed: Annotated[int, Field(ge=0)] = 0
    device: Device = "auto"
    precision: Precision = "32"
    """``bf16`` and ``16`` compute in half precision and keep the weights in single."""
    strategy: Strategy = "auto"
    """How several processes share the work: ``ddp``, which ``auto`` takes where there are several, gives each
    the whole model; ``fsdp`` gives each a part of its weights.
    """
    tensorboard: bool = False
    """Write the curves for TensorBoard too."""

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, values: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        unknown = [str(name) for name in values if name not in cls.model_fields] if _is_named(values) else []
        if unknown:
            hint = did_you_mean(unknown[0], cls.model_fields)
            raise ArgumentError(
                f"training has no option '{unknown[0]}'{hint}; it has {', '.join(cls.model_fields)}"
            )
        try:
            return validate(values)
        except ValidationError as error:
            # In files, nothing is ~.
            raise ArgumentError(faults(cls, error).replace(" or ~,", " or None,")) from None


def _is_named(values: Any) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(values, Mapping)


DEFAULT_STEPS = 2000
DEFAULT_TASK = "language_modelling"
