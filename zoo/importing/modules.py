"""Rules for whole PyTorch modules; other modules are handled by the functions that they call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from zoo.graph import Block
from zoo.importing import transformer
from zoo.importing.at import At
from zoo.importing.attention import multi_head


def _attention(
    at: At, _: Callable[[str, Block], str], module: nn.MultiheadAttention, *args: Any, **named: Any
) -> Any:
    return multi_head(at, module, *args, **named)


MODULES: Mapping[type[nn.Module], Callable[..., Any]] = {
    nn.MultiheadAttention: _attention,
    nn.TransformerEncoderLayer: transformer.encoder_layer,
    nn.TransformerEncoder: transformer.encoder,
    nn.TransformerDecoderLayer: transformer.decoder_layer,
    nn.TransformerDecoder: transformer.decoder,
}

TRANSPARENT = {"torch.nn.modules.container.Sequential", "torch.nn.modules.transformer.Transformer"}
"""Modules that only call others, and do not appear in the graph."""
