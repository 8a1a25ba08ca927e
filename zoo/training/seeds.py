"""Random numbers that depend on what they are for, not on how many were drawn before."""

from __future__ import annotations

from hashlib import blake2b


def derive(seed: int, *purpose: str | int) -> int:
    """A seed for one purpose, made of the run's seed: ``derive(0, "dropout", step)``. Below 2⁶³."""
    digest = blake2b(repr((seed, *purpose)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
