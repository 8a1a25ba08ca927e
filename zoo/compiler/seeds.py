"""Seeding random number generators for one node at a time, and restoring them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import cast

import torch

Reseed = Callable[[str], None]


def seed_of(seed: int, path: str) -> int:
    """The seed of a node: a hash of the model's seed and the node's path, the same on every machine."""
    digest = hashlib.blake2b(f"{seed}:{path}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1  # what fits a signed integer


@contextmanager
def reseeding(seed: int, device: torch.device) -> Generator[Reseed]:
    """Context manager: gives a function that seeds the generators for a path; restores them at the end."""
    if device.type == "meta":  # nothing is drawn there
        yield lambda _: None
        return
    generators = [torch.default_generator]
    if device.type == "cuda":
        torch.cuda.init()
        index = cast(int | None, device.index)
        index = torch.cuda.current_device() if index is None else index
        generators.append(cast(tuple[torch.Generator, ...], torch.cuda.default_generators)[index])
    states = [generator.get_state() for generator in generators]

    def reseed(path: str) -> None:
        for generator in generators:
            generator.manual_seed(seed_of(seed, path))

    try:
        yield reseed
    finally:
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)
