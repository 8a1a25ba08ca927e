"""From tokens to vectors: learned embeddings and one-hot vectors."""

from typing import Annotated

import torch.nn.functional as F
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.errors import InputError
from zoo.fields import Positive

Vocab = Annotated[Positive, Field(description="The number of distinct tokens.")]


@layer("basic/embedding")
class Embedding(nn.Module):
    """The learned vector of each token: row t of a table for token t.

        out = weight[tokens]            (times √dim with ``scale``)

    ``weight``: vocab × dim, drawn from N(0, 1/dim), so that a row has a length of about 1. This suits a table
    that is tied to the output layer, whose logits then start with variance 1; ``torch.nn.Embedding`` draws
    from N(0, 1), which gives a tied output logits of variance dim. If positions are added to the vectors, use
    ``scale``, which brings each element to variance 1, so that the positions do not drown out the tokens
    (Vaswani et al. 2017, section 3.4).

    Raises InputError for a token outside 0 … vocab - 1 on the CPU; on CUDA, a device-side assertion fails.
    """

    def __init__(
        self,
        vocab: Vocab,
        dim: Annotated[Positive, Field(description="The width of a token's vector.")],
        scale: Annotated[
            bool, Field(description="Multiply by √dim, as is usual if positions are added.")
        ] = False,
    ) -> None:
        super().__init__()
        self.vocab = vocab
        self.factor = dim**0.5 if scale else None
        self.weight = nn.Parameter(empty(vocab, dim))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the table."""
        nn.init.normal_(self.weight, std=self.weight.shape[1] ** -0.5)

    def forward(self, tokens: Int[Tensor, "*any"]) -> Float[Tensor, "*any dim"]:
        try:
            vectors = F.embedding(tokens, self.weight)
        except IndexError:
            raise _unknown_token("basic/embedding", tokens, self.vocab) from None
        return vectors if self.factor is None else vectors * self.factor


@layer("basic/one_hot")
class OneHot(nn.Module):
    """Each token as a vector of zeros with a one at the token's index. Nothing is learned.

    Followed by a linear layer, it is an embedding. The output has the dtype of the model.

    Raises InputError for a token outside 0 … vocab - 1 on the CPU; on CUDA, a device-side assertion fails.
    """

    kind: Tensor

    def __init__(self, vocab: Vocab) -> None:
        super().__init__()
        self.vocab = vocab
        # An empty tensor whose only purpose is its dtype, which follows .to() and .half() like a parameter's.
        self.register_buffer("kind", empty(0), persistent=False)

    def forward(self, tokens: Int[Tensor, "*any"]) -> Float[Tensor, "*any vocab"]:
        try:
            ones = F.one_hot(tokens.long(), self.vocab)
        except RuntimeError:
            raise _unknown_token("basic/one_hot", tokens, self.vocab) from None
        return ones.to(self.kind.dtype)


def _unknown_token(layer: str, tokens: Tensor, vocab: int) -> InputError:
    least, most = int(tokens.min()), int(tokens.max())
    wrong = least if least < 0 else most
    return InputError(
        f"{layer} knows the tokens 0 to {vocab - 1}, and there is a token {wrong}; "
        "enlarge its vocab, or give it the tokens of the vocabulary it was made for"
    )
