"""Mixture of experts: many feed-forward networks, of which a few process each position."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive
from zoo.sizes import Size
from zoo_feedforward.activations import ACTIVATIONS, Activation


class Mixed(NamedTuple):
    """The output of each position, and the router's probabilities, on demand."""

    out: Float[Tensor, "*any dim"]
    probabilities: Float[Tensor, "*any experts"] | None


@layer("feedforward/mixture_of_experts")
class MixtureOfExperts(nn.Module):
    """Sparse position-wise mixture of experts (Shazeer et al. 2017; Mixtral, Jiang et al. 2024).

        p = softmax(R x),  out = Σ over the top experts e of g_e · W₂ᵉ (φ(Wᵉ x) ⊙ Vᵉ x)

    With ``renormalise``, g_e is p_e normalised to sum to one over the chosen experts (Mixtral); without it,
    g_e is p_e (Switch Transformer). An ungated expert (``gated: false``) is W₂ᵉ φ(Wᵉ x), as in the Switch
    Transformer. Compute is proportional to ``top``, not to ``experts``: positions are sorted by expert;
    experts have no capacity limit, so no position is dropped. If ``top`` equals ``experts``, the mixture is
    dense. Only an auxiliary loss balances the experts: wire ``probabilities`` to
    ``feedforward/load_balance``.

    ``router``: R experts × dim, no bias; ``gate``: W experts × hidden × dim; ``inner``: V, the same shape
    (absent without ``gated``); ``outer``: W₂ experts × dim × hidden. Each is initialised like
    ``torch.nn.Linear``. The router's softmax is computed in at least 32 bits. Under ``torch.compile`` and in
    exports, where shapes cannot depend on data, every expert processes every position, with the same result.

    Raises ValueError if there are fewer experts than ``top``.
    """

    def __init__(
        self,
        dim: Positive,
        hidden: Annotated[Positive, Field(description="The inner width of each expert.")],
        experts: Annotated[Positive, Field(description="The number of experts.")] = 8,
        top: Annotated[Positive, Field(description="The number of experts for each position.")] = 2,
        activation: Activation = "silu",
        gated: Annotated[bool, Field(description="Whether an expert is a gated network.")] = True,
        renormalise: Annotated[
            bool, Field(description="Whether the weights of the chosen experts sum to one.")
        ] = True,
    ) -> None:
        super().__init__()
        _check_top(experts, top)
        self.experts, self.top = experts, top
        self.activation: Activation = activation
        self.renormalise = renormalise
        self.router = nn.Linear(dim, experts, bias=False)
        self.gate = nn.Parameter(empty(experts, hidden, dim))
        self.inner = nn.Parameter(empty(experts, hidden, dim)) if gated else None
        self.outer = nn.Parameter(empty(experts, dim, hidden))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise router and experts."""
        self.router.reset_parameters()
        for weight in (self.gate, self.inner, self.outer):
            if weight is not None:
                nn.init.uniform_(weight, -(weight.shape[2] ** -0.5), weight.shape[2] ** -0.5)

    def forward(self, x: Float[Tensor, "*any dim"], *, probabilities: bool = False) -> Mixed:
        places = x.reshape(-1, x.shape[-1])
        logits = self.router(places)
        found = logits.softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))
        shares, chosen = found.topk(self.top, -1)
        if self.renormalise:
            shares = shares / shares.sum(-1, keepdim=True)
        shares = shares.to(x.dtype)
        if torch.compiler.is_compiling() or type(places) is not Tensor:
            out = self._by_all(places, shares, chosen)
        elif places.is_meta:  # no values to sort by; ``top`` experts on every position cost the same
            out = torch.stack([self._expert(e, places) for e in range(self.top)]).sum(0)
        else:
            out = self._by_some(places, shares, chosen)
        likely = found.to(x.dtype).view(*x.shape[:-1], self.experts) if probabilities else None
        return Mixed(out.view(x.shape), likely)

    def _by_some(
        self,
        places: Float[Tensor, "places dim"],
        shares: Float[Tensor, "places top"],
        chosen: Int[Tensor, "places top"],
    ) -> Float[Tensor, "places dim"]:
        """Apply each expert to the positions that chose it; an unused expert gets a zero gradient."""
        choices = chosen.flatten()
        order = choices.argsort()
        counts = [int(count) for count in choices.bincount(minlength=self.experts).cpu()]
        rows = order // self.top
        parts = [self._expert(e, part) for e, part in enumerate(torch.split(places[rows], counts))]
        weighed = torch.cat(parts) * shares.flatten()[order].unsqueeze(-1)
        return torch.zeros_like(places).index_add(0, rows, weighed)

    def _by_all(
        self,
        places: Float[Tensor, "places dim"],
        shares: Float[Tensor, "places top"],
        chosen: Int[Tensor, "places top"],
    ) -> Float[Tensor, "places dim"]:
        """Apply each expert to every position, and weigh the unused outputs by zero."""
        share = shares.new_zeros(places.shape[0], self.experts).scatter(1, chosen, shares)
        parts = [self._expert(e, places) for e in range(self.experts)]
        return torch.einsum("epd,pe->pd", torch.stack(parts), share)

    def _expert(self, e: int, x: Float[Tensor, "some dim"]) -> Float[Tensor, "some dim"]:
        hidden = ACTIVATIONS[self.activation](F.linear(x, self.gate[e]))
        if self.inner is not None:
            hidden = hidden * F.linear(x, self.inner[e])
        return F.linear(hidden, self.outer[e])

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Refuse settings that do not go together before anything is built; of shapes the hints say all."""
        _check_top(settings["experts"], settings["top"])
        return {}


def _check_top(experts: int, top: int) -> None:
    if top > experts:
        raise ValueError(f"top chooses among the experts, and there are {experts}, fewer than {top}")
