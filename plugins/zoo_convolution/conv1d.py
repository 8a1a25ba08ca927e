"""Convolution along time."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.errors import InputError
from zoo.fields import Positive
from zoo.sizes import Size


@layer("convolution/conv1d")
class Conv1d(nn.Module):
    """Convolution along time: the same linear map of a window of steps at every step.

        out_t = b + Σ_(j < k) W_j x_(t - (k-1-j)·d)          ``padding: causal``: the window ends at t
        out_t = b + Σ_(j < k) W_j x_(t + (j - (k-1)/2)·d)    ``same``: the window is centred on t

    k is ``kernel`` and d is ``dilation``, the distance between the steps of a window (van den Oord et al.,
    "WaveNet", 2016; Yu & Koltun 2016). A sequence is zero beyond its ends. ``same`` is as in
    ``torch.nn.Conv1d``: if (k-1)·d is odd, the window reaches one step further ahead than back.

    ``x``: batch × time × input; ``out``: batch × time × output; note that ``torch.nn.Conv1d`` has time as the
    last axis. ``mask`` is true at real steps; the others count as zeros, as beyond the ends, and are zero in
    ``out``. With ``groups`` g, input and output are split into g parts that are convolved separately; g =
    input is a depthwise convolution.

    ``weight`` W: output × input/g × kernel and ``bias`` b: output, both uniform in ±1/√(kernel·input/g), as
    in torch. Raises ValueError if groups does not divide both widths. A causal convolution can stream; its
    state holds the last (k-1)·d steps.
    """

    def __init__(
        self,
        input: Positive,
        output: Annotated[Positive, Field(description="The width of the output.")],
        kernel: Annotated[Positive, Field(description="The number of steps in a window.")] = 3,
        dilation: Annotated[Positive, Field(description="The distance between steps of a window.")] = 1,
        groups: Annotated[Positive, Field(description="Parts of the width, convolved separately.")] = 1,
        padding: Annotated[
            Literal["causal", "same"], Field(description="Windows end at their step, or are centred on it.")
        ] = "causal",
        bias: Annotated[bool, Field(description="Add a learned vector.")] = True,
    ) -> None:
        super().__init__()
        check_groups(groups, input, output)
        self.dilation, self.groups, self.padding = dilation, groups, padding
        self.reach = (kernel - 1) * dilation
        self.weight = nn.Parameter(empty(output, input // groups, kernel))
        self.bias = nn.Parameter(empty(output)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise weight and bias."""
        bound = self.weight[0].numel() ** -0.5
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    @staticmethod
    def sees_ahead(settings: Mapping[str, Any], _: Collection[str]) -> tuple[str, ...]:
        """Along time, if windows are centred on their step."""
        return ("time",) if settings["padding"] == "same" and settings["kernel"] > 1 else ()

    @staticmethod
    def receptive_field(settings: Mapping[str, Any]) -> int | None:
        """The number of steps in a window that ends at its step; None if it has gaps or looks ahead."""
        gaps = settings["padding"] == "same" or settings["dilation"] > 1
        return None if gaps else settings["kernel"]

    def forward(
        self, x: Float[Tensor, "batch time input"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time output"]:
        before = self.reach if self.padding == "causal" else self.reach // 2
        return self._windows(F.pad(_real(x, mask), (0, 0, before, self.reach - before)), mask)

    def initial_state(
        self, batch: int, device: torch.device, dtype: torch.dtype
    ) -> Float[Tensor, "batch reach input"]:
        """The zeros before the first step; raises InputError if windows look ahead."""
        if self.padding == "same" and self.reach:
            raise InputError(
                "a stream has no later steps yet, and this convolution/conv1d looks ahead; "
                "set padding: causal"
            )
        return torch.zeros(batch, self.reach, self.weight.shape[1] * self.groups, device=device, dtype=dtype)

    def step(
        self,
        x: Float[Tensor, "batch time input"],
        state: Float[Tensor, "batch reach input"],
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch time output"], Float[Tensor, "batch reach input"]]:
        """``forward`` over the next piece of the sequence."""
        both = torch.cat([state, _real(x, mask)], 1)
        return self._windows(both, mask), both[:, x.shape[1] :]

    def _windows(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Convolve ``x``, which includes the padding."""
        if x.shape[1] <= self.reach:  # no steps, which torch refuses
            return x.new_zeros(x.shape[0], 0, len(self.weight))
        out = F.conv1d(
            x.transpose(1, 2), self.weight, self.bias, dilation=self.dilation, groups=self.groups
        ).transpose(1, 2)
        return out if mask is None else out.masked_fill(~mask.unsqueeze(-1), 0)

    @staticmethod
    def shapes(
        settings: Mapping[str, Any], inputs: Mapping[str, tuple[Size, ...]]
    ) -> dict[str, tuple[Size, ...]]:
        """Check ``groups``; the hints determine all shapes."""
        check_groups(settings["groups"], inputs["x"][-1], settings["output"])
        return {}


def check_groups(groups: int, *widths: Size) -> None:
    """Raise ValueError if ``groups`` does not divide each known width."""
    for width in widths:
        if isinstance(width, int) and width % groups:
            raise ValueError(
                f"groups divide input and output evenly, and {groups} does not divide {width}; "
                "change one of them"
            )


def _real(x: Tensor, mask: Tensor | None) -> Tensor:
    return x if mask is None else x.masked_fill(~mask.unsqueeze(-1), 0)
