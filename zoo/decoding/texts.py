"""A trained model writes: translations of sentences, captions of pictures.

author = Author.load("runs/transformer", device="cpu")
for found in author.translate(["a small dog"], Beam(END, 4)):
    print(found[0].text, found[0].found.score)
for found in author.translations(open("sentences.txt"), Beam(END, 4)):  # each as soon as it is ready
    print(found[0].text)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias, TypedDict, Unpack

import torch
from torch import Tensor, nn

from zoo import arguments
from zoo.decoding.batching import Batch, in_turn, of_examples, of_sentences, windows
from zoo.decoding.beam import Beam
from zoo.decoding.forced import Fit, Forced, each_forced
from zoo.decoding.ranking import Hypothesis
from zoo.decoding.sampling import Sampling
from zoo.decoding.scorer import Reading, begin
from zoo.errors import TrainingError
from zoo.files.texts import graph_of
from zoo.tasks import Decoding, Ports, Task, Tokenizer, find_ports, find_task, make_task, shifted
from zoo.tasks.tokenizers import END, START, UNKNOWN
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


class Drawing(TypedDict, total=False):
    """What a Sampling is told beside, and a Beam knows: ``draws`` texts of each sentence or picture (1), of
    at most ``longest`` tokens (100), which the ``seed`` (0) fixes.
    """

    longest: int
    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class Text:
    """What a model wrote: the text, and what the search says of it."""

    text: str
    found: Hypothesis


@dataclass(slots=True)
class Author:
    """A trained model that writes from a start token to an end token, and its tokenizers by port.

    After a search, ``obstacle`` says why it did not run step by step, if it did not.
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
    """Whether its graph has an output with the attention over the source."""
    obstacle: str = ""

    @classmethod
    def load(cls, checkpoint: str | Path, device: Device = "auto") -> Self:
        """Load the model of a run's folder or of a checkpoint file.

        Raises CheckpointError if there is none, and TrainingError for a task whose models do not write.
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
        self,
        given: Mapping[str, Tensor],
        search: Search,
        *,
        longest: int = 100,
        draws: int = 1,
        seed: int = 0,
    ) -> list[list[Text]]:
        """The texts that a search finds for each row of ``given``, the inputs by the task's names.

        ``longest``, ``draws`` and ``seed`` are of a Sampling: see ``Drawing``. Raises InputError where the
        model's scores are not numbers.
        """
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
            draws = arguments.whole(draws, "draws", 1)
            rows = torch.arange(len(start), device=device).repeat_interleave(draws)
            scorer = begun.scorer if draws == 1 else begun.scorer.reordered(rows)
            drawn = search.draw(scorer, start[rows], end=END, longest=longest, seed=seed)
            found = list(windows(drawn, draws))
        tokenizer = self.tokenizers[self.decoding.tokenizer]
        return [[Text(tokenizer.decode(each.tokens), each) for each in texts] for texts in found]

    def _attention(self, search: Search) -> str | None:
        """The output that a search reads for its coverage penalty, if it has one."""
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
        self, files: Sequence[str | Path], search: Search, *, batch: int = 32, **drawing: Unpack[Drawing]
    ) -> list[list[Text]]:
        """The texts for each file, most often a picture, in their order; see ``captions``."""
        files = arguments.several(files, "files", arguments.path)
        return list(self.captions(files, search, batch=batch, **drawing))

    def captions(
        self, files: Iterable[str | Path], search: Search, *, batch: int = 32, **drawing: Unpack[Drawing]
    ) -> Iterator[list[Text]]:
        """As ``caption``, batch by batch, as soon as they are ready.

        Files are read as the task reads its own, when they are needed: TrainingError for one that cannot be
        read comes after the texts of the batches before.
        """
        if "source" in self.decoding.given:
            raise TrainingError(
                f"{self.name} is of the task '{self.kind}', which reads sentences, no pictures"
            )

        def read(file: str | Path) -> Mapping[str, Tensor]:
            return self.task.read(Path(arguments.path(file, "files")))

        pictures = of_examples(files, read, arguments.whole(batch, "batch", 1))
        return self._written(pictures, search, drawing)

    def translate(
        self, sentences: Sequence[str], search: Search, *, batch: int = 32, **drawing: Unpack[Drawing]
    ) -> list[list[Text]]:
        """The texts for each sentence, in their order; see ``translations``."""
        sentences = arguments.several(sentences, "sentences", arguments.text)
        return list(self.translations(sentences, search, batch=batch, **drawing))

    def translations(
        self, sentences: Iterable[str], search: Search, *, batch: int = 32, **drawing: Unpack[Drawing]
    ) -> Iterator[list[Text]]:
        """As ``translate``, in the order of the sentences, each as soon as it and all before it are ready.

        A few batches are read ahead, so that sentences of similar length are translated together; with
        ``batch`` 1 each is translated as it comes.
        """
        return self._written(self._read(sentences, batch), search, drawing)

    def score(self, sentences: Sequence[str], texts: Sequence[str], *, batch: int = 32) -> list[float]:
        """How likely the model finds each text for its sentence: the log-probability of its tokens and of its
        end (forced decoding). Raises TrainingError where there are not as many of both.
        """
        return [each.log_p for each in self._forced(sentences, texts, batch)]

    def fit(self, sentences: Sequence[str], texts: Sequence[str], *, batch: int = 32) -> Fit:
        """How well the model predicts all tokens of the texts: their NLL, accuracy and number.

        Raises TrainingError where there are not as many texts as sentences, or none.
        """
        return Fit.of(self._forced(sentences, texts, batch))

    def _forced(self, sentences: Sequence[str], texts: Sequence[str], batch: int) -> list[Forced]:
        sentences = arguments.several(sentences, "sentences", arguments.text)
        texts = arguments.several(texts, "texts", arguments.text)
        if len(sentences) != len(texts):
            raise TrainingError(
                f"each text is scored for its sentence, and there are {len(sentences):,} sentences and "
                f"{len(texts):,} texts"
            )
        device = next(self.model.parameters()).device
        tokenizer = self.tokenizers[self.decoding.tokenizer]

        def found() -> Iterator[tuple[list[int], list[Forced]]]:
            for numbered, given in self._read(sentences, batch):
                fed, answers, mask = (
                    each.to(device)
                    for each in shifted([tokenizer.encode(texts[index]) for index in numbered])
                )
                inputs = {name: each.to(device) for name, each in given.items()}
                with torch.no_grad():
                    outputs, _ = self.ports.run(self.model.eval(), {**inputs, self.decoding.target: fed})
                yield numbered, each_forced(outputs[self.decoding.scores], answers, mask)

        return list(in_turn(found()))

    def _written(self, read: Iterable[Batch], search: Search, drawing: Drawing) -> Iterator[list[Text]]:
        """The texts for what is read, in order. Each batch of a Sampling has a seed of its own."""
        search = _search(search)

        def found() -> Iterator[tuple[list[int], list[list[Text]]]]:
            seed = arguments.seed(drawing.get("seed", 0))
            for numbered, given in read:
                drawn: Drawing = {**drawing, "seed": seed}
                yield numbered, self.write(given, search, **drawn)
                seed += len(numbered)

        return in_turn(found())

    def _read(self, sentences: Iterable[str], batch: int) -> Iterator[Batch]:
        """The sentences in batches of similar length, as the model is given them."""
        if "source" not in self.decoding.given:
            raise TrainingError(f"{self.name} is of the task '{self.kind}', which reads no sentences")
        if isinstance(sentences, str):
            arguments.several(sentences, "sentences", arguments.text)  # which says what to write instead
        return of_sentences(sentences, self._encoded, arguments.whole(batch, "batch", 1))

    def _encoded(self, sentence: str) -> Tensor:
        """The tokens of a sentence; one without any is unknown, because a model reads one token at least."""
        tokens = self.tokenizers["source"].encode(arguments.text(sentence, "sentences"))
        return tokens if len(tokens) else torch.tensor([UNKNOWN])
