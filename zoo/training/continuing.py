"""Next-token logits for a growing text: one step at a time where the graph streams, else recomputed."""

from __future__ import annotations

import logging
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zoo.decoding.scorer import Stepwise, begin

_log = logging.getLogger(__name__)


class Continuing:
    """Computes the logits after all tokens so far, of which the model sees the last ``context`` (None: all).

    While the text fits into the context, a stream processes each token once. Beyond that the window slides,
    which changes the position of every token in it, so the whole window is recomputed for each new token.
    ``obstacle`` says why there is no stream. Both ways agree up to rounding. ``tokens`` and ``logits`` are
    the model's names for the input and the output.
    """

    def __init__(
        self, model: nn.Module, context: int | None = None, *, tokens: str = "tokens", logits: str = "logits"
    ) -> None:
        self.model, self.context = model, context
        self._port, self._scores = tokens, logits
        self.device = next((each.device for each in model.parameters()), torch.device("cpu"))
        begun = begin(model, tokens, batch=1)
        self.obstacle = begun.obstacle
        self._stream = begun.scorer.stream if isinstance(begun.scorer, Stepwise) else None
        self._moving = False
        _log.info("%s", self.way)

    @property
    def way(self) -> str:
        """How the tokens so far were computed, in a sentence."""
        if self.obstacle:
            return f"all tokens were computed anew for each new one: {self.obstacle}"
        if self._moving:
            return (
                f"each token was computed once (step lowering) up to the context of {self.context:,} tokens; "
                "from there on the window moves, and all in it were computed for each new one"
            )
        return "each token was computed once (step lowering)"

    def logits(self, tokens: list[int]) -> Float[Tensor, " vocab"]:
        """The logits after these tokens, which must extend those of the previous call."""
        with torch.no_grad():
            if self._stream is not None and len(tokens) <= (self.context or len(tokens)):
                outputs, self._stream = self._stream.feed(self._batch(tokens[self._stream.seen :]))
            else:
                self._moving, self._stream = self._stream is not None or self._moving, None
                seen = tokens[-self.context :] if self.context else tokens
                outputs = self.model(**{self._port: self._batch(seen)})
        return self._logits_of(outputs)[0, -1]

    def _batch(self, tokens: list[int]) -> Tensor:
        return torch.tensor([tokens], device=self.device)

    def _logits_of(self, outputs: Any) -> Float[Tensor, "batch time vocab"]:
        return outputs if isinstance(outputs, Tensor) else getattr(outputs, self._scores)
