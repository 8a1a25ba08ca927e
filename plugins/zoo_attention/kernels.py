"""Which kernel PyTorch's attention uses, and why it is not a faster one."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention import SDPBackend


class Choice(NamedTuple):
    """A kernel, and the reason why it is not a faster one."""

    kernel: str
    why: str


class Call(NamedTuple):
    """The arguments of ``F.scaled_dot_product_attention``."""

    query: Tensor
    key: Tensor
    value: Tensor
    mask: Tensor | None
    dropout: float
    causal: bool
    scale: float | None
    grouped: bool

    def run(self) -> Tensor:
        """Call the function."""
        grouped = {"enable_gqa": True} if self.grouped else {}  # under tracing, the flag may be symbolic
        return F.scaled_dot_product_attention(
            self.query,
            self.key,
            self.value,
            self.mask,
            self.dropout,
            self.causal,
            scale=self.scale,
            **grouped,
        )


def chosen(call: Call) -> Choice:
    """The kernel that PyTorch reports for a call."""
    number = torch._fused_sdp_choice(  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage] - no other function knows
        call.query,
        call.key,
        call.value,
        call.mask,
        call.dropout,
        call.causal,
        scale=call.scale,
        enable_gqa=call.grouped,
    )
    kernel = SDPBackend(number)
    name = kernel.name.lower().removesuffix("_attention").replace("_", " ")
    return Choice(name, _obstacle(call) if kernel == SDPBackend.MATH else "nothing forbids it")


def _obstacle(call: Call) -> str:
    """Why no fast kernel applies."""
    mask, on_cpu = call.mask, call.query.device.type == "cpu"
    if call.dropout and on_cpu:
        return "the kernel for the CPU has no dropout"
    if mask is not None and mask.requires_grad:
        return "a bias that learns needs the gradient of its scores"
    if call.query.shape[-1] != call.value.shape[-1]:
        return f"keys of width {call.query.shape[-1]} have values of width {call.value.shape[-1]}"
    if 0 in call.query.shape or 0 in call.key.shape:
        return "there is nothing to attend to"
    return f"PyTorch has no fast kernel for these shapes and {call.query.dtype} on {call.query.device.type}"
