"""Reversing sequences in time."""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer


@layer("basic/reverse")
class Reverse(nn.Module):
    """The steps of each sequence in reverse order: out_t = x_(n-1-t) for a sequence of n steps.

    ``x``: batch × time × …. ``mask`` is true at real steps; only these are reversed among themselves, so that
    a padded sequence still begins at the same step. Padding may be anywhere, and is zero in ``out``.
    Reversing twice with the same mask restores the real steps.

    A recurrent layer between two of these runs backward (Schuster & Paliwal, "Bidirectional recurrent neural
    networks", 1997). It cannot stream, since the first step of the output is the last of the input.
    """

    sees_ahead = ("time",)

    def forward(
        self, x: Float[Tensor, "batch time *any"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time *any"]:
        if mask is None:
            return x.flip(1)
        rank = mask.long().cumsum(1)  # the rank of a real step among the real ones, from 1
        places = mask.byte().argsort(dim=1, descending=True, stable=True)
        # The k-th real step gets the k-th from the end.
        partner = places.gather(1, (rank[:, -1:] - rank).clamp(max=max(x.shape[1] - 1, 0)))
        extra = (1,) * (x.dim() - 2)
        turned = x.gather(1, partner.view(*partner.shape, *extra).expand_as(x))
        return turned.masked_fill(~mask.view(*mask.shape, *extra), 0)
