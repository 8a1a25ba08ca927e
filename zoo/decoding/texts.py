"""A trained model writes: translations of sentences, captions of pictures.

author = Author.load("runs/transformer", device="cpu")
for found in author.translate(["a small dog"], Beam(END, 4)):
    print(found[0].text, found[0].score)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

import torch
from torch import Tensor, nn

from zoo.decoding.beam import Beam
from zoo.decoding.ranking import Hypothesis
from zoo.decoding.sampling import Sampling
from zoo.decoding.scorer import Reading, begin
from zoo.errors import TrainingError
from zoo.tasks import Decoding, Ports, Task, Tokenizer, find_ports, find_task, make_task, padded
from zoo.tasks.tokenizers import END, PADDING, START, UNKNOWN
from zoo.training.checkpoint import read_checkpoint
from zoo.training.device import device_for
from zoo.training.graphs import graph_of, restored
from zoo.training.options import Device

Search: TypeAlias = Beam | Sampling
"""How texts are found."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a model wrote: the text, and what the search says of it."""

    text: str
    found: Hypothesis


@dataclass(slots=True)
class Author:
    """A trained model that writes from a start token to an end token, and its tokenizers by port.

    ``obstacle`` tells after a search why it was not step by step, if it was not.
    """

    model: nn.Module
    ports: Ports
    decoding: Decoding
    tokenizers: Mapping[str, Tokenizer]
    task: Task
    kind: str
    """The task's name."""
    name: str
    obstacle: str = ""

    @classmethod
    def load(cls, checkpoint: str | Path, device: Device = "auto") -> Self:
        """The model of a run's folder or of a checkpoint.

        Raises CheckpointError for what is none, and TrainingError for a task whose models do not write.
        """
        saved = read_checkpoint(checkpoint)
        task = find_task(saved.header.task)
        if task.decoding is None or not task.decoding.start:
            raise TrainingError(
                f"{saved.name} is of the task '{saved.header.task}', whose models do not write a text of "
                "their own; those of translation, captioning and reversal do (`zoo generate` writes on)"
            )
        graph = graph_of(saved.document, saved.name)
        ports = find_ports(task, graph, saved.header.task, saved.header.ports)
        model = restored(saved).to(device_for(device))
        made = make_task(saved.header.task, saved.header.settings)
        return cls(model, ports, task.decoding, saved.header.made(), made, saved.header.task, saved.name)

    def write(
        self, given: Mapping[str, Tensor], search: Search, *, longest: int = 100, seed: int = 0
    ) -> list[list[Text]]:
        """For each row of what is given (by the task's names) the texts that a search finds."""
        device = next(self.model.parameters()).device
        named = {
            self.ports.inputs[name]: tensor.to(device)
            for name, tensor in given.items()
            if name in self.ports.inputs
        }
        reading = Reading(self.ports.outputs[self.decoding.scores])
        begun = begin(self.model.eval(), self.ports.inputs[self.decoding.target], named, reading=reading)
        self.obstacle = begun.obstacle
        start = torch.full((len(next(iter(named.values()))),), START, device=device)
        if isinstance(search, Beam):
            real = given.get("source_mask")
            found = search.search(begun.scorer, start, None if real is None else real.to(device))
        else:
            found = [[each] for each in search.draw(begun.scorer, start, end=END, longest=longest, seed=seed)]
        tokenizer = self.tokenizers[self.decoding.tokenizer]
        return [[Text(tokenizer.decode(each.tokens), each) for each in texts] for texts in found]

    def translate(
        self,
        sentences: Sequence[str],
        search: Search,
        *,
        batch: int = 32,
        longest: int = 100,
        seed: int = 0,
    ) -> list[list[Text]]:
        """The texts for each sentence, in their order; sentences of a length are worked on together."""
        if "source" not in self.decoding.given:
            raise TrainingError(f"{self.name} is of the task '{self.kind}', which reads no sentences")
        encoded = [self.tokenizers["source"].encode(sentence) for sentence in sentences]
        encoded = [tokens if len(tokens) else torch.tensor([UNKNOWN]) for tokens in encoded]
        order = sorted(range(len(encoded)), key=lambda index: -len(encoded[index]))
        results: dict[int, list[Text]] = {}
        for first in range(0, len(order), batch):
            some = order[first : first + batch]
            source, mask = padded([encoded[index] for index in some], PADDING)
            given = {"source": source, "source_mask": mask}
            written = self.write(given, search, longest=longest, seed=seed + first)
            results |= dict(zip(some, written, strict=True))
        return [results[index] for index in range(len(sentences))]
