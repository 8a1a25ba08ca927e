"""Tasks whose models write sequences of steps other than tokens, such as music."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor


class Composing(ABC):
    """What such a task adds to the contract: how a step is drawn, and how sequences are read and written.

    ``future`` names the input that holds the steps so far, and the output that scores the next one.
    """

    future: ClassVar[Mapping[str, str]]

    @abstractmethod
    def begin(self) -> Float[Tensor, "time features"]:
        """What a sequence begins after when there is nothing to continue."""

    @abstractmethod
    def draw(
        self, scores: Float[Tensor, " features"], temperature: float, generator: torch.Generator
    ) -> Float[Tensor, " features"]:
        """The next step, drawn from the model's scores; at temperature 0 the likeliest one."""

    @abstractmethod
    def read_steps(self, path: Path) -> Float[Tensor, "time features"]:
        """Read a sequence from a file. Raises TrainingError for a file that cannot be read."""

    @abstractmethod
    def write_steps(self, steps: Float[Tensor, "time features"], path: Path) -> None:
        """Write a sequence. Raises FileError where that fails, and TrainingError for another kind of file."""
