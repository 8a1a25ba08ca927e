"""Dependency trees as tensors: ancestors and depths from each word's parent.

``heads`` holds the position of each word's parent; a root, of which there may be several, has a negative
number or its own position. Ancestors are found by pointer doubling: the first, second, fourth, eighth above.
"""

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from zoo.errors import InputError

ROUNDS = 16
"""The number of doublings, fixed since a loop that depends on the length cannot be exported.

Trees must be less than 2^16 deep.
"""


def ancestors(
    heads: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"] | None = None
) -> list[Int[Tensor, "batch time"]]:
    """The 2^r-th ancestor of each word for r = 0, 1, …; the parent of a root is the root itself.

    Padding counts as a root. Raises InputError for a parent outside the sentence and for a cycle.
    """
    time = heads.shape[1]
    own = torch.arange(time, device=heads.device).expand_as(heads)
    root = (heads < 0) | (heads == own)
    if mask is not None:
        root = root | ~mask
    examined = not (heads.is_meta or torch.compiler.is_compiling() or type(heads) is not Tensor)
    if examined and (heads.masked_fill(root, 0) >= max(time, 1)).any():
        raise InputError(
            f"the parent of a word is a place in its sentence, 0 to {time - 1}, or negative for a root, "
            f"got {int(heads.masked_fill(root, 0).max())}; count places from 0, and cut heads as the words"
        )
    found = [torch.where(root, own, heads.long())]
    for _ in range(ROUNDS - 1):
        found.append(found[-1].gather(1, found[-1]))
    top = found[-1].gather(1, found[-1])
    if examined and not root.gather(1, top).all():
        row, place = map(int, (~root.gather(1, top)).nonzero()[0])
        raise InputError(
            f"every word of a tree has a root above it, and word {place} of sentence {row} leads into a "
            "cycle; give one word of the cycle a negative number"
        )
    return found


def depths(above: list[Int[Tensor, "batch time"]]) -> Int[Tensor, "batch time"]:
    """The depth of each word: its distance from its root."""
    own = torch.arange(above[0].shape[1], device=above[0].device)
    depth = (above[0] != own).long()
    for up in above:
        depth = depth + depth.gather(1, up)
    return depth


def lifted(
    above: list[Int[Tensor, "batch time"]], steps: Int[Tensor, "batch time pairs"]
) -> Int[Tensor, "batch time pairs"]:
    """The ancestors of each word, ``steps`` above it."""
    own = torch.arange(above[0].shape[1], device=above[0].device)
    at = own.unsqueeze(-1).expand_as(steps)
    for r, up in enumerate(above):
        higher = up.gather(1, at.flatten(1)).view_as(at)
        at = torch.where((steps >> r) & 1 == 1, higher, at)
    return at
