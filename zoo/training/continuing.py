"""What a model expects after a text that grows: step by step where its graph streams, else all of it anew."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zoo.errors import GraphError, InputError

if TYPE_CHECKING:
    from zoo.compiler.step.stream import Stream

_log = logging.getLogger(__name__)


class Continuing:
    """The logits after all tokens so far, of which the model sees the last ``context`` (None: all).

    A stream computes each token once. It ends where the text outgrows the context: from there on the window
    moves, every token in it has another place, and all of it is computed for each new one. ``obstacle`` is
    why there is no stream. Both ways give the same but for rounding.
    """

    def __init__(self, model: nn.Module, context: int | None = None) -> None:
        self.model, self.context = model, context
        self.device = next((each.device for each in model.parameters()), torch.device("cpu"))
        self.obstacle = ""
        self._stream = self._begun()
        _log.info(
            "writes step by step" if self._stream else "computes all tokens for each new one: %s",
            *([] if self._stream else [self.obstacle]),
        )

    def logits(self, tokens: list[int]) -> Float[Tensor, " vocab"]:
        """The logits after these tokens, which begin with those of the call before."""
        with torch.no_grad():
            if self._stream is not None and len(tokens) <= (self.context or len(tokens)):
                outputs, self._stream = self._stream.feed(self._batch(tokens[self._stream.seen :]))
            else:
                self._stream = None
                outputs = self.model(self._batch(tokens[-self.context :] if self.context else tokens))
        return _logits_of(outputs)[0, -1]

    def _begun(self) -> Stream | None:
        begin = getattr(self.model, "stream", None)
        if begin is None:
            self.obstacle = "the model is no compiled graph"
            return None
        try:
            return begin(batch=1)
        except (GraphError, InputError) as error:
            self.obstacle = str(error)
            return None

    def _batch(self, tokens: list[int]) -> Tensor:
        return torch.tensor([tokens], device=self.device)


def _logits_of(outputs: Any) -> Float[Tensor, "batch time vocab"]:
    return outputs if isinstance(outputs, Tensor) else outputs.logits
