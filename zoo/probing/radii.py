"""Spectral radii and norms: of what a loop multiplies its states with, and of the Jacobians of its steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from zoo.probing.recording import modules
from zoo.probing.subject import Subject
from zoo.probing.wires import Recording
from zoo.spec import LayerSpec

_linalg: Any = torch.linalg  # torch does not type it


@dataclass(frozen=True, slots=True)
class Radius:
    """The spectral radius of one square block of a recurrent weight: the largest |eigenvalue|."""

    weight: str
    block: int
    blocks: int
    radius: float


def spectral_radius(square: Tensor) -> Tensor:
    """The largest |eigenvalue| of … × n × n; NaN where not all is finite."""
    finite = square.isfinite().all((-2, -1))
    found: Tensor = _linalg.eigvals(_cleared(square, finite)).abs().amax(-1)
    return found.where(finite, torch.nan)


def spectral_norm(square: Tensor) -> Tensor:
    """The largest singular value of … × n × n, by the eigenvalues of P Pᵀ, which is many times quicker; NaN
    where not all is finite.
    """
    finite = square.isfinite().all((-2, -1))
    clear = _cleared(square, finite)
    scale = clear.abs().amax((-2, -1), keepdim=True).clamp(min=torch.finfo(square.dtype).tiny)
    scaled = clear / scale  # whose squares neither overflow nor vanish
    largest: Tensor = _linalg.eigvalsh(scaled @ scaled.mT)[..., -1]
    return (largest.clamp(min=0).sqrt() * scale.squeeze(-1).squeeze(-1)).where(finite, torch.nan)


def _cleared(square: Tensor, finite: Tensor) -> Tensor:
    return square.where(finite[..., None, None], 0)


def radii(subject: Subject, recording: Recording, loop: str) -> Iterator[Radius]:
    """The square blocks of the weights that a loop multiplies its states with: ``weight_hh`` of a cell, and
    the ``weight`` of a layer that reads states alone.
    """
    places = modules(subject)
    for site in recording.sites:
        if site.walk is None or ".".join(site.walk.path) != loop:
            continue
        module = places[site.module]
        spec: LayerSpec | None = getattr(type(module), "__zoo_spec__", None)
        for word, parameter in module.named_parameters() if spec is not None else ():
            recurrent = word == "weight_hh" or (word == "weight" and site.alone)
            if recurrent and parameter.dim() == 2 and parameter.shape[0] % parameter.shape[1] == 0:
                yield from _blocks(f"{site.name}.{word}", parameter)


def _blocks(name: str, weight: nn.Parameter) -> Iterator[Radius]:
    squares = weight.detach().double().view(-1, weight.shape[1], weight.shape[1])
    for number, radius in enumerate(spectral_radius(squares), 1):
        yield Radius(name, number, len(squares), float(radius))
