"""A trained model writes: translations of sentences, captions of pictures.

author = Author.load("runs/transformer", device="cpu")
for found in author.translate(["a small dog"], Beam(END, 4)):
    print(found[0].text, found[0].found.score)
for found in Author.load("runs/captioner").caption(["dog.png"], Beam(END, 4)):
    print(found[0].text)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

import torch
from torch import Tensor, nn

from zoo import arguments
from zoo.decoding.beam import Beam
from zoo.decoding.forced import forced
from zoo.decoding.ranking import Hypothesis
from zoo.decoding.sampling import Sampling
from zoo.decoding.scorer import Reading, begin, numbers
from zoo.errors import TrainingError
from zoo.files.texts import graph_of
from zoo.tasks import Decoding, Ports, Task, Tokenizer, find_ports, find_task, make_task, padded, shifted
from zoo.tasks.tokenizers import END, PADDING, START, UNKNOWN
from zoo.training.checkpoint import read_checkpoint
from zoo.training.device import device_for
from zoo.training.graphs import restored
from zoo.training.options import Device

Search: TypeAlias = Beam | Sampling
"""How texts are found."""


def _search(value: object) -> Search:
    if isinstance(value, Beam | Sampling):
        return value
    raise arguments.refused("search", "a Beam or a Sampling", value, "write for example Beam(END, 4)")


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
    attends: bool = False
    """Whether its graph tells where in the source it looks."""
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
        made = make_task(saved.header.task, saved.header.settings_here())
        return cls(
            model,
            ports,
            task.decoding,
            saved.header.made(),
            made,
            saved.header.task,
            saved.name,
            attends=task.decoding.attention in graph.outputs,
        )

    def write(
        self, given: Mapping[str, Tensor], search: Search, *, longest: int = 100, seed: int = 0
    ) -> list[list[Text]]:
        """For each row of what is given (by the task's names) the texts that a search finds."""
        search = _search(search)
        device = next(self.model.parameters()).device
        named = {
            self.ports.inputs[name]: tensor.to(device)
            for name, tensor in given.items()
            if name in self.ports.inputs
        }
        reading = Reading(self.ports.outputs[self.decoding.scores], self._attention(search))
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

    def _attention(self, search: Search) -> str | None:
        """The output that a search reads for its coverage."""
        if not isinstance(search, Beam) or not search.ranking.coverage:
            return None
        if not self.attends:
            raise TrainingError(
                f"coverage is of the attention over the source, which a graph gives as an output "
                f"'{self.decoding.attention}' (float batch target source), and that of {self.name} has none; "
                "leave coverage at 0"
            )
        return self.decoding.attention

    def caption(
        self,
        files: Sequence[str | Path],
        search: Search,
        *,
        batch: int = 32,
        longest: int = 100,
        seed: int = 0,
    ) -> list[list[Text]]:
        """The texts for each file, a picture most often, in their order; read as the task read its own."""
        if "source" in self.decoding.given:
            raise TrainingError(
                f"{self.name} is of the task '{self.kind}', which reads sentences, no pictures"
            )
        files = arguments.several(files, "files", arguments.path)
        batch = arguments.whole(batch, "batch", 1)
        read = [self.task.read(Path(file)) for file in files]  # all, before time is spent on the first
        results: list[list[Text]] = []
        for first in range(0, len(files), batch):
            some = read[first : first + batch]
            given = {name: torch.stack([each[name] for each in some]) for name in some[0]}
            results += self.write(given, search, longest=longest, seed=seed + first)
        return results

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
        sentences = arguments.several(sentences, "sentences", arguments.text)
        results: dict[int, list[Text]] = {}
        for some, given in self._read(sentences, batch):
            written = self.write(given, search, longest=longest, seed=seed + len(results))
            results |= dict(zip(some, written, strict=True))
        return [results[index] for index in range(len(sentences))]

    def score(self, sentences: Sequence[str], texts: Sequence[str], *, batch: int = 32) -> list[float]:
        """How likely the model finds each text for its sentence: the log-probability of its tokens and of its
        end (forced decoding).
        """
        sentences = arguments.several(sentences, "sentences", arguments.text)
        texts = arguments.several(texts, "texts", arguments.text)
        if len(sentences) != len(texts):
            raise TrainingError(
                f"each text is scored for its sentence, and there are {len(sentences):,} sentences and "
                f"{len(texts):,} texts"
            )
        device = next(self.model.parameters()).device
        results: dict[int, float] = {}
        for some, given in self._read(sentences, batch):
            fed, answers, mask = shifted([self.tokenizers["target"].encode(texts[index]) for index in some])
            inputs = {name: each.to(device) for name, each in {**given, self.decoding.target: fed}.items()}
            with torch.no_grad():
                outputs, _ = self.ports.run(self.model.eval(), inputs)
            each = forced(outputs[self.decoding.scores], answers.to(device), mask.to(device))
            results |= dict(zip(some, numbers(each.double().sum(1)), strict=True))
        return [results[index] for index in range(len(sentences))]

    def _read(self, sentences: Sequence[str], batch: int) -> Iterator[tuple[list[int], dict[str, Tensor]]]:
        """Which sentences come together, and they as they are given; those of a length do."""
        if "source" not in self.decoding.given:
            raise TrainingError(f"{self.name} is of the task '{self.kind}', which reads no sentences")
        batch = arguments.whole(batch, "batch", 1)
        encoded = [self.tokenizers["source"].encode(sentence) for sentence in sentences]
        encoded = [tokens if len(tokens) else torch.tensor([UNKNOWN]) for tokens in encoded]
        order = sorted(range(len(encoded)), key=lambda index: -len(encoded[index]))
        for first in range(0, len(order), batch):
            some = order[first : first + batch]
            source, mask = padded([encoded[index] for index in some], PADDING)
            yield some, {"source": source, "source_mask": mask}
