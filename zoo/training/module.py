"""What Lightning trains: any model of tokens and logits, by the mean cross-entropy of the next token."""

from __future__ import annotations

from collections.abc import Iterable

import lightning.pytorch as pl
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn
from torch.optim import AdamW

from zoo.training.language_model import logits_of
from zoo.training.options import Options
from zoo.training.windows import Batch


class LanguageModelling(pl.LightningModule):
    """A model beside its loss and its optimizer.

    ``moments`` is the optimizer's state by parameter name, as a checkpoint holds it; None starts afresh.
    """

    def __init__(
        self, model: nn.Module, options: Options, moments: dict[str, dict[str, Tensor]] | None = None
    ) -> None:
        super().__init__()
        self.model, self.options, self._moments = model, options, moments

    def training_step(self, batch: Batch) -> Float[Tensor, ""]:
        return cross_entropy(self.model, batch) / batch.targets.numel()

    def configure_optimizers(self) -> AdamW:
        parameters = dict(self.model.named_parameters())
        matrices = [p for p in parameters.values() if p.ndim > 1]
        vectors = [p for p in parameters.values() if p.ndim <= 1]
        optimizer = AdamW(
            [
                {"params": matrices, "weight_decay": self.options.weight_decay},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=self.options.learning_rate,
            betas=(0.9, 0.99),
            # One kernel for all parameters; Lightning does not clip beside it in mixed precision.
            fused=self.options.precision == "32",
        )
        if self._moments is not None:
            _restore(optimizer, {name: parameters[name] for name in self._moments}, self._moments)
        return optimizer


def cross_entropy(model: nn.Module, batch: Batch) -> Float[Tensor, ""]:
    """The summed cross-entropy of a batch, in nats."""
    logits = logits_of(model(batch.tokens))
    return F.cross_entropy(logits.flatten(0, 1).float(), batch.targets.flatten(), reduction="sum")


def mean_loss(model: nn.Module, batches: Iterable[Batch], device: torch.device) -> float:
    """Nats a token over all batches, without dropout and gradients; the model's mode stays as it was."""
    training = model.training
    model.eval()
    total, count = torch.zeros((), dtype=torch.float64, device=device), 0
    with torch.no_grad():
        for batch in batches:
            moved = Batch(batch.tokens.to(device), batch.targets.to(device))
            total += cross_entropy(model, moved)
            count += batch.targets.numel()
    model.train(training)
    return float(total) / count


def moments(optimizer: torch.optim.Optimizer, model: nn.Module) -> dict[str, dict[str, Tensor]]:
    """The optimizer's state by parameter name: what a checkpoint keeps to go on exactly."""
    return {name: dict(optimizer.state[p]) for name, p in model.named_parameters() if p in optimizer.state}


def _restore(
    optimizer: torch.optim.Optimizer,
    parameters: dict[str, nn.Parameter],
    moments: dict[str, dict[str, Tensor]],
) -> None:
    # By way of load_state_dict, which puts every tensor on its parameter's device and in its dtype.
    document = optimizer.state_dict()
    order = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    place = {id(parameter): index for index, parameter in enumerate(order)}
    document["state"] = {place[id(parameter)]: moments[name] for name, parameter in parameters.items()}
    optimizer.load_state_dict(document)
