"""What is known about a name that nodes may read."""

from __future__ import annotations

from collections.abc import Mapping

from zoo.graph import Ref
from zoo.spec import TensorType

NOTHING: frozenset[str] = frozenset()


class Known:
    """What a name stands for: an input of the body, or the outputs of a node.

    ``ref`` and ``type`` are the meaning of the bare name; ``ref`` is None if a port must be given. ``types``
    are a node's outputs (None if nothing is known about them), ``demand`` the on-demand ones among them. An
    ``optional`` input may be ``absent`` in this use.
    """

    __slots__ = ("absent", "demand", "optional", "ref", "type", "types")

    def __init__(
        self,
        ref: Ref | None,
        type: TensorType | None,
        types: Mapping[str, TensorType | None] | None = None,
        demand: frozenset[str] = NOTHING,
        *,
        optional: bool = False,
        absent: bool = False,
    ) -> None:
        self.ref, self.type, self.types, self.demand = ref, type, types, demand
        self.optional, self.absent = optional, absent

    def like(self, other: Known) -> bool:
        """Whether both hold the same information."""
        return (
            self.type == other.type
            and self.ref == other.ref
            and self.types == other.types
            and self.demand == other.demand
            and (self.optional, self.absent) == (other.optional, other.absent)
        )
