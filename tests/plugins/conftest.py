"""What holds for the tests of layers: the same random numbers in every run."""

import pytest
import torch


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.default_generator.manual_seed(0)
