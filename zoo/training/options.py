"""The options of a training run, which are kept in its checkpoints so that resuming is exact."""

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
from zoo.seeds import LARGEST_SEED
from zoo.sizes.expressions import LARGEST

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["32", "bf16", "16"]
Strategy = Literal["auto", "ddp", "fsdp"]
Optimizer = Literal["adamw", "adam", "sgd"]
Schedule = Literal["cosine", "noam", "constant"]

_Count = Annotated[int, Field(gt=0, le=LARGEST)]
_Share = Annotated[float, Field(ge=0, lt=1)]


class Options(BaseModel):
    """The options and their defaults.

    A run ends at the first of ``steps``, ``epochs`` and ``minutes`` that is reached; without any it takes
    ``DEFAULT_STEPS``. With a limit in minutes the learning rate follows the clock, and runs are no longer
    bitwise reproducible. Raises ArgumentError for unknown options and invalid values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    steps: _Count | None = None
    """The number of steps after which the run ends; without any limit 2000."""
    epochs: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """The number of passes through the training data after which the run ends."""
    minutes: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """The number of minutes after which the run ends."""
    batch: _Count = 32
    """Examples per batch, of all processes together."""
    accumulate: _Count = 1
    """Batches per step, whose gradients are accumulated."""
    optimizer: Optimizer = "adamw"
    """The rule by which the gradients change the weights."""
    learning_rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 3e-3
    """The peak learning rate, after the warm-up."""
    schedule: Schedule = "cosine"
    """``cosine`` decays to zero at the end of the run, ``noam`` with 1/√step; ``constant`` does not."""
    warm_up: Annotated[int, Field(ge=0, le=LARGEST)] | None = None
    """Warm-up steps; by default a twentieth of the run for ``cosine``, 400 steps for ``noam``, none for
    ``constant``.
    """
    beta1: _Share = 0.9
    """The decay rate of Adam's first moment; for SGD the momentum."""
    beta2: _Share = 0.99
    """The decay rate of Adam's second moment; SGD has none."""
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.1
    """Applied to matrices, not to biases and norms."""
    clip: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = 1.0
    """The maximal global norm of the gradients; None disables clipping."""
    carry: bool = False
    """Truncated backpropagation through time: states are carried from batch to batch, detached."""
    patience: _Count | None = None
    """Early stopping: the number of measurements without a lower loss after which the run ends."""
    measurements: _Count = 10
    """How often the run is measured and saved, at even intervals."""
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 0
    """The number from which everything random in the run follows: new weights, batches, dropout."""
    device: Device = "auto"
    """Where the run takes place; ``auto`` is the GPU when there is one."""
    precision: Precision = "32"
    """``bf16`` and ``16`` compute in half precision and keep the weights in single precision."""
    strategy: Strategy = "auto"
    """How several processes share the work: with ``ddp``, the default, each has the whole model; with
    ``fsdp``, the weights are sharded.
    """
    tensorboard: bool = False
    """Write TensorBoard logs, too."""

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
            # In YAML None is written ~.
            raise ArgumentError(faults(cls, error).replace(" or ~,", " or None,")) from None


def _is_named(values: Any) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(values, Mapping)


DEFAULT_STEPS = 2000
DEFAULT_TASK = "language_modelling"
