"""The range of seeds, for commands, options and Python."""

from __future__ import annotations

LARGEST_SEED = 2**63 - 1
"""The largest seed: what every generator of torch takes. The smallest is 0."""
