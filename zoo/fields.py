"""Types for the settings of layers: numbers restricted to a meaningful range.

They are pydantic annotations: a range is declared once, as the type in the layer's ``__init__``, and from
there it is validated, shown in the editor's form and printed in the catalogue.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Positive = Annotated[int, Field(gt=0)]
"""A size: 1, 2, 3, …"""

NonNegative = Annotated[int, Field(ge=0)]
"""A count that may be zero."""

Probability = Annotated[
    float, Field(ge=0, lt=1, description="The chance that an element is dropped in training.")
]
"""The chance that an element is dropped: 0 ≤ p < 1."""
