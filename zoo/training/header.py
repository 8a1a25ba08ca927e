"""The header of a checkpoint: a description of its model and the progress of its run."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    field_validator,
    model_validator,
)

from zoo.tasks import Baseline, Tokenizer, find_task, tokenizer_of
from zoo.tasks.files import found_from
from zoo.training.older import from_format_1
from zoo.training.options import Options
from zoo.training.provenance import Provenance
from zoo.values import Scalar


class Header(BaseModel):
    """The metadata of a checkpoint."""

    model_config = ConfigDict(extra="forbid", strict=True)

    format: Literal["zoo/checkpoint/2"] = "zoo/checkpoint/2"
    task: str
    settings: dict[str, Scalar] = {}
    """The task's."""
    folder: str = ""
    """The working folder when the run was started or last resumed; relative paths start from here."""
    params: dict[str, Scalar]
    """The graph's."""
    ports: dict[str, str] = {}
    """The graph's own names for the task's ports, where they differ."""
    tokenizers: dict[str, str] = {}
    context: PositiveInt | None = None
    unit: str = "nats"
    options: Options
    source: str = ""
    """The name of the training data, for messages."""
    digest: str = ""
    """The hash of the data."""
    step: NonNegativeInt = 0
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    train_loss: float | None = None
    readings: NonNegativeInt = 0
    """The number of steps in the smoothed training loss."""
    validation_loss: float | None = None
    metrics: dict[str, float] = {}
    best_loss: float | None = None
    idle: NonNegativeInt = 0
    """The number of measurements since the lowest loss."""
    baseline: Baseline | None = None
    scaler: dict[str, float | int] = {}
    """The state of the gradient scaler, with precision 16."""
    provenance: Provenance = Provenance()

    @model_validator(mode="before")
    @classmethod
    def _of_any_format(cls, written: Any) -> Any:
        return from_format_1(cast("dict[str, Any]", written)) if isinstance(written, dict) else written

    @field_validator("tokenizers")
    @classmethod
    def _are_tokenizers(cls, texts: dict[str, str]) -> dict[str, str]:
        for text in texts.values():
            tokenizer_of(text)
        return texts

    def settings_here(self) -> dict[str, Scalar]:
        """The task's settings, with paths relative to the working folder."""
        return found_from(self.folder, find_task(self.task), self.settings)

    def made(self) -> dict[str, Tokenizer]:
        """The tokenizers, by the port whose tokens they produce."""
        return {port: tokenizer_of(text) for port, text in self.tokenizers.items()}
