"""A state in equal parts."""

from collections.abc import Mapping
from typing import Any

from zoo.sizes import Size


def check_heads(heads: Size, hidden: Size) -> None:
    """Refuse heads that do not divide a hidden width, both known, by ValueError."""
    if isinstance(heads, int) and isinstance(hidden, int) and hidden % heads:
        raise ValueError(
            f"heads divide hidden evenly, and {heads} does not divide {hidden}; change one of them"
        )


def heads_divide(
    settings: Mapping[str, Any], _: Mapping[str, tuple[Size, ...]]
) -> dict[str, tuple[Size, ...]]:
    """The ``shapes`` of layers whose hints say all but this."""
    check_heads(settings["heads"], settings["hidden"])
    return {}
