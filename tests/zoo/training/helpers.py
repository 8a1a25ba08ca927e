"""A job small enough for a test: a recurrent model in plain PyTorch, a few thousand characters."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import torch
from torch import Tensor, nn

from zoo.tasks import Plan, Ports
from zoo.training.checkpoint import Document
from zoo.training.header import Header
from zoo.training.job import Job
from zoo.training.options import Options
from zoo.training.schedule import Clock
from zoo.training.watcher import Facts, Moment, Watcher
from zoo_tasks.language_modelling import LanguageModelling

TEXT = "the cat sat on the mat; the dog sat on the log. " * 30


class Recurrent(nn.Module):
    """Tokens to logits, with a dropout so that randomness matters."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, 7)
        self.walk = nn.GRU(7, 11, batch_first=True)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(11, vocabulary)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.out(self.drop(self.walk(self.embed(tokens))[0]))


@cache
def text_file(text: str = TEXT) -> Path:
    """A file that holds a text, for all tests together."""
    path = Path(mkdtemp(prefix="zoo-test-"), "text.txt")
    path.write_text(text, encoding="utf-8")
    return path


def job(out: Path, options: Options, text: str = TEXT) -> Job:
    """A job with fresh weights, the same each time."""
    task = LanguageModelling(text=str(text_file(text)), context=13)
    data = task.data(Plan(batch=options.batch, seed=options.seed, carry=options.carry))
    tokenizers = {port: each.to_text() for port, each in data.tokenizers.items()}
    header = Header(
        task="language_modelling",
        params={},
        tokenizers=tokenizers,
        context=13,
        unit=data.unit,
        options=options,
        source="a test",
        digest="0" * 64,
        baseline=data.baseline,
    )
    with torch.random.fork_rng():  # pyright: ignore[reportUnknownMemberType] - torch types it in part
        torch.manual_seed(5)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
        model = Recurrent(len(data.tokenizers["tokens"]))
    return Job(
        name="recurrent",
        model=model,
        task=task,
        ports=Ports({"tokens": "tokens"}, {"logits": "logits"}),
        data=data,
        header=header,
        document=Document(text="format: zoo/1\nname: recurrent\n"),
        clock=Clock(options.steps, options.minutes),
        moments=None,
        out=out,
    )


class Recorder(Watcher):
    """Writes down what it is told; ``at_step`` may be set to do something after a step."""

    def __init__(self) -> None:
        self.facts: Facts | None = None
        self.steps: list[tuple[int, float]] = []
        self.moments: list[Moment] = []
        self.interruptions = 0
        self.ends = 0

    def prepared(self, facts: Facts, clock: Clock) -> None:
        self.facts = facts

    def stepped(self, clock: Clock, train_loss: float) -> None:
        self.steps.append((clock.step, train_loss))
        self.at_step(clock.step)

    def at_step(self, step: int) -> None:
        """What a test wants done here."""

    def measured(self, moment: Moment) -> None:
        self.moments.append(moment)

    def interrupted(self) -> None:
        self.interruptions += 1

    def ended(self) -> None:
        self.ends += 1
