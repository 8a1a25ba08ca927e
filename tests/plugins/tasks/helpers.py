"""What the tests of tasks share."""

from torch import Tensor


def ints(values: Tensor) -> list[int]:
    """All values of a tensor."""
    return [int(each) for each in values.flatten()]
